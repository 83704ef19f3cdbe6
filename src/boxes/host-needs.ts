import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/disk/replace-file.ts';
import { errorText, runProgram } from '../program/run-program.ts';
import type { EngineProgram } from './engine.ts';
import { noEngine } from './engine.ts';

const probeImage = 'localhost/agent-runbook-probe:1';

/**
 * Limits for every box. Engines request more open files and processes than a host without CAP_SYS_RESOURCE may grant
 * (`error setting rlimit: operation not permitted`), so these moderate limits are always set, the same everywhere.
 */
const limits = ['--ulimit', 'nproc=4096:4096', '--ulimit', 'nofile=4096:4096'];

/**
 * Options that a host may need, the most isolated first. crun fails on some hosts where runc works (hybrid cgroups);
 * without netavark or iptables, only the host's own network works.
 */
const candidates = [
  limits,
  [...limits, '--runtime', 'runc'],
  [...limits, '--network=host'],
  [...limits, '--runtime', 'runc', '--network=host'],
];

const pending = new Map<EngineProgram, Promise<readonly string[]>>();

/**
 * The additional options that `run` needs on this host, determined by starting a real container: about half a second,
 * once per process. With `cache`, once per boot of the host.
 * @throws RunbookError 3 with the reasons if no container starts
 */
export function hostNeeds(engine: EngineProgram, cache?: string): Promise<readonly string[]> {
  const answer = pending.get(engine) ?? findNeeds(engine, cache);
  pending.set(engine, answer);
  answer.catch(() => pending.delete(engine));
  return answer;
}

/** Discards the cached options, because they no longer work. */
export async function forgetHostNeeds(engine: EngineProgram, cache: string): Promise<void> {
  pending.delete(engine);
  await writeFile(cache, '').catch(() => {});
}

async function findNeeds(engine: EngineProgram, cache: string | undefined): Promise<readonly string[]> {
  const known = cache && (await readCache(engine, cache));
  if (known) return known;
  const args = await probe(engine);
  if (cache) await writeCache(engine, cache, args);
  return args;
}

async function probe(engine: EngineProgram): Promise<readonly string[]> {
  let reason = await importProbeImage(engine);
  if (reason === undefined) {
    for (const args of candidates) {
      const result = await runProgram([engine, 'run', '--rm', ...args, probeImage, '/bin/true']);
      if (result.code === 0) return args;
      reason = errorText(result);
    }
  }
  throw noEngine([`${engine}: ${reason}`]);
}

/** The smallest image that starts: the host's own `true` and its libraries, so the probe needs no network. */
async function importProbeImage(engine: EngineProgram): Promise<string | undefined> {
  const script = `
    set -o pipefail
    "$0" image inspect "$1" >/dev/null 2>&1 ||
      tar -C / -ch bin/true $(ldd /bin/true | grep -o '/[^ ]*' | cut -c2-) | "$0" import - "$1"`;
  const result = await runProgram(['bash', '-c', script, engine, probeImage]);
  return result.code === 0 ? undefined : errorText(result);
}

async function readCache(engine: EngineProgram, cache: string): Promise<readonly string[] | undefined> {
  try {
    const cached = JSON.parse(await readFile(cache, 'utf8')) as Record<string, unknown>;
    if (cached.engine !== engine || cached.boot !== (await bootId())) return undefined;
    return candidates.find((each) => JSON.stringify(each) === JSON.stringify(cached.needs));
  } catch {
    return undefined;
  }
}

async function writeCache(engine: EngineProgram, cache: string, needs: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(cache), { recursive: true, mode: 0o700 });
    await replaceFile(cache, JSON.stringify({ engine, boot: await bootId(), needs }));
  } catch {
    // Without the cache, the probe runs again, which costs half a second.
  }
}

const bootId = () => readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
