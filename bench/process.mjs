import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Empty: a bash whose standard input is a socket reads ~/.bashrc, so a peer would be measured with whatever the caller's starts. */
const home = mkdtempSync(join(tmpdir(), 'runbook-bench-home-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

/**
 * What every measured process starts with. Without NODE_EXTRA_CA_CERTS: Node 20 parses that bundle at every start (30 ms
 * here), so a machine that sets it would measure its certificates and call all ratios to Node close to one.
 */
const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...inherited } = process.env;
export const environment = (more = {}) => ({ ...inherited, HOME: home, ...more });

/** Runs a command to its end; answers milliseconds of wall time. Output goes to /dev/null, for all alike. */
export function timed(argv, { cwd, env } = {}) {
  const [file, ...rest] = argv;
  const begun = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(file, rest, {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const ms = Number(process.hrtime.bigint() - begun) / 1e6;
  if (error) throw error;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return ms;
}

/** Peak resident memory of a Node process itself in MiB, its children left out: VmHWM, read by the process as it ends. */
export function peakMiB(argv, { cwd, env = {} } = {}) {
  const [node, ...rest] = argv;
  const note = join(cwd, 'peak');
  const watch = join(import.meta.dirname, 'peak-memory.cjs');
  timed([node, '--require', watch, ...rest], { cwd, env: { ...env, RUNBOOK_BENCH_PEAK: note } });
  return Number(readFileSync(note, 'utf8')) / 1024;
}
