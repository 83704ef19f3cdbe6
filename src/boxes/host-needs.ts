import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../base/disk/replace-file.ts';
import { call, errorText } from './call.ts';
import type { EngineProgram } from './engine.ts';
import { noBoxes } from './engine.ts';

const probeImage = 'localhost/agent-runbook-probe:1';

/**
 * Limits for every box. Engines ask for more open files and processes than a host without CAP_SYS_RESOURCE
 * may grant (`error setting rlimit: operation not permitted`), so these are always given: modest, and equal
 * everywhere.
 */
const limits = ['--ulimit', 'nproc=4096:4096', '--ulimit', 'nofile=4096:4096'];

/**
 * What a host may need, the most isolated first. crun refuses some hosts that runc serves (hybrid cgroups);
 * without netavark or iptables only the host's own network is left.
 */
const candidates = [
  limits,
  [...limits, '--runtime', 'runc'],
  [...limits, '--network=host'],
  [...limits, '--runtime', 'runc', '--network=host'],
];

const asked = new Map<EngineProgram, Promise<readonly string[]>>();

/**
 * What `run` needs on this host besides the usual, found out by starting a real container: about half a second, once per
 * process. With `cache`, once per boot of the host: the answer is kept there.
 * @throws RunbookError 3 with the reasons where no container starts
 */
export function hostNeeds(engine: EngineProgram, cache?: string): Promise<readonly string[]> {
  const answer = asked.get(engine) ?? needs(engine, cache);
  asked.set(engine, answer);
  answer.catch(() => asked.delete(engine));
  return answer;
}

/** Forgets what was found out, since it does not work any more. */
export async function forgetHostNeeds(engine: EngineProgram, cache: string): Promise<void> {
  asked.delete(engine);
  await writeFile(cache, '').catch(() => {});
}

async function needs(engine: EngineProgram, cache: string | undefined): Promise<readonly string[]> {
  const known = cache && (await remembered(engine, cache));
  if (known) return known;
  const args = await probe(engine);
  if (cache) await remember(engine, cache, args);
  return args;
}

async function probe(engine: EngineProgram): Promise<readonly string[]> {
  let reason = await importProbeImage(engine);
  if (reason === undefined) {
    for (const args of candidates) {
      const said = await call(engine, ['run', '--rm', ...args, probeImage, '/bin/true']);
      if (said.code === 0) return args;
      reason = errorText(said);
    }
  }
  throw noBoxes([`${engine}: ${reason}`]);
}

/** The smallest image that starts: the host's own `true` and its libraries, so the probe needs no network. */
async function importProbeImage(engine: EngineProgram): Promise<string | undefined> {
  const script = `
    set -o pipefail
    "$0" image inspect "$1" >/dev/null 2>&1 ||
      tar -C / -ch bin/true $(ldd /bin/true | grep -o '/[^ ]*' | cut -c2-) | "$0" import - "$1"`;
  const said = await call('bash', ['-c', script, engine, probeImage]);
  return said.code === 0 ? undefined : errorText(said);
}

async function remembered(engine: EngineProgram, cache: string): Promise<readonly string[] | undefined> {
  try {
    const kept = JSON.parse(await readFile(cache, 'utf8')) as Record<string, unknown>;
    if (kept.engine !== engine || kept.boot !== (await bootId())) return undefined;
    return candidates.find((each) => JSON.stringify(each) === JSON.stringify(kept.needs));
  } catch {
    return undefined;
  }
}

async function remember(engine: EngineProgram, cache: string, needs: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(cache), { recursive: true, mode: 0o700 });
    await replaceFile(cache, JSON.stringify({ engine, boot: await bootId(), needs }));
  } catch {
    // A cache that cannot be kept costs half a second.
  }
}

const bootId = () => readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
