import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import type { ModelEndpoint } from './model-endpoint.ts';

const bin = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url));

/** A project, a home folder and an environment in which a client runs as on a new machine. */
export interface ClientBench {
  readonly place: string;
  readonly home: string;
  readonly project: string;
  readonly env: Record<string, string>;
  /** Runs a program in the project, in this environment alone. */
  run(program: string, args: readonly string[], options?: { timeoutMs?: number }): Promise<Ended>;
  /** The command `runbook`, as the client finds it on its PATH. */
  runbook(...args: string[]): Promise<Ended>;
}

export interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BenchOptions {
  /** Whether the person has marked this box as one to throw away. */
  readonly sandbox?: boolean;
  /** The model. Everything else that the client tries to reach is refused there. */
  readonly model?: ModelEndpoint;
  /** Flags of `runbook mcp`, for clients whose configuration is written here. */
  readonly flags?: readonly string[];
  /** What the client needs besides. */
  readonly env?: Record<string, string>;
}

/** Nothing of the person who runs the tests gets in: no home folder, no variables, no credentials. */
export async function clientBench({
  sandbox = false,
  model,
  env = {},
}: BenchOptions = {}): Promise<ClientBench> {
  const place = await mkdtemp(join(tmpdir(), 'runbook-client-'));
  onTestFinished(async () => {
    await endProcessesOf(place);
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  });
  const [home, project, state, programs] = ['home', 'project', 'state', 'programs'].map((each) =>
    join(place, each),
  ) as [string, string, string, string];
  for (const folder of [home, project, state, programs]) await mkdir(folder);
  if (sandbox) await writeFile(join(state, 'sandbox'), '');
  await writeFile(join(programs, 'runbook'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(programs, 'runbook'), 0o755);

  const whole: Record<string, string> = {
    HOME: home,
    PATH: [programs, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin'].join(':'),
    LANG: 'C.UTF-8',
    RUNBOOK_STATE: state,
    RUNBOOK_BOX_STATE: join(place, 'box'),
    ...(model ? proxied(model) : {}),
    ...env,
  };
  const run: ClientBench['run'] = async (program, args, { timeoutMs = 120_000 } = {}) => {
    const ended = await execa(program, args, {
      cwd: project,
      env: whole,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    return { code: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
  };
  return { place, home, project, env: whole, run, runbook: (...args) => run('runbook', args) };
}

/** Ends what a client left running, such as the daemon that Codex installs in its home folder: each names the place in its command line. */
async function endProcessesOf(place: string): Promise<void> {
  const kill = async () => (await execa('pkill', ['-KILL', '-f', place], { reject: false })).exitCode;
  // pkill exits with 1 once no process matches. A daemon that is being installed starts its own processes meanwhile.
  await expect.poll(kill, { timeout: 10_000, interval: 200 }).toBe(1);
}

/** Only the model on loopback is reached without the proxy, which is the model's own server and refuses everything. */
function proxied({ url }: ModelEndpoint): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
  return {
    ...Object.fromEntries(names.map((name) => [name, url])),
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
}
