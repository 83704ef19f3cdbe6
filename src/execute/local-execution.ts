import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Box } from '../model/box.ts';
import type { ShellRequest } from '../model/shell.ts';
import { runProgram } from '../program/run-program.ts';
import { isAlive, startBackground, stopBackground } from './background.ts';
import { connect } from './connect.ts';
import { fileStatus, readContent, writeContent } from './files.ts';
import { interact } from './interact.ts';
import type { LaunchedFence } from './launch.ts';
import { isOwnedBy } from './owner.ts';
import { interactWithFence, launchedFence, runFence } from './run-fence.ts';
import { MAX_LOCAL_SHELLS, startLocalShell } from './shell/local-shell.ts';
import { openShellPool } from './shell/shell-pool.ts';
import { baselineOf, UNATTENDED } from './state/baseline.ts';

/** The part of the local box that runs commands and writes files. Identity and probes are added by other rooms. */
export type LocalExecution = Omit<Box, 'identity' | 'kind' | 'policy' | 'state' | 'ask' | 'changed'>;

export interface LocalOptions {
  /** Where the first fence starts and relative paths are resolved. */
  readonly folder: string;
  /** Variables for every fence, added to the process's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether plain fences may run without their own shell. Tests set false to prove that the result is the same. */
  readonly plain?: boolean;
}

/** Opens this machine for running fences. Starts no process before the first fence. */
export async function openLocalExecution(options: LocalOptions): Promise<LocalExecution> {
  const folder = resolve(options.folder);
  const attended = baselineOf(process.env, options.env, folder);
  const baseline = baselineOf({ ...process.env, ...UNATTENDED }, options.env, folder);
  const pool = openShellPool({
    start: () => startLocalShell({ env: baseline, cwd: folder }),
    most: MAX_LOCAL_SHELLS,
  });
  const box = {
    folder,
    baseline,
    own: options.env,
    attended,
    pool,
    plain: options.plain ?? true,
    tmp: tmpdir(),
    interact: (fence: LaunchedFence, request: ShellRequest) =>
      interact(fence, request, { folder, baseline: attended }),
  };
  return {
    baseline,
    folder,
    run: (request) => runFence(box, request),
    interact: (request) => interactWithFence(box, request),
    background: (request, log) =>
      startBackground(launchedFence(box, { ...request, capture: false }, {}), resolve(folder, log), box),
    alive: async (background) => isAlive(background),
    stop: (background) => stopBackground(background),
    read: (path) => readContent(resolve(folder, path)),
    status: (path) => fileStatus(resolve(folder, path)),
    owns: (owner, status) => isOwnedBy(owner, status),
    write: (path, content, how) => writeContent(resolve(folder, path), content, how),
    exec: async ({ program: { run, ...options } }) => {
      const argv = typeof run === 'string' ? ['sh', '-c', run] : run;
      const end = await runProgram(argv, { ...options, env: baseline, onlyEnv: true, cwd: folder });
      return { code: end.code, stdout: end.bytes, stderr: end.stderr };
    },
    connect,
    close: () => pool.close(),
  };
}
