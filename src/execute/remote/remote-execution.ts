import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { shellQuote } from '../../base/shell-quote.ts';
import type { Box, BoxIdentity } from '../../model/box.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Program } from '../../model/own-program.ts';
import { interactWithFence, launchedFence, runFence } from '../run-fence.ts';
import { baselineOf, UNATTENDED } from '../state/baseline.ts';
import type { Hello } from './hello.ts';
import type { BoxLink } from './link.ts';
import { isAliveRemote, startRemote, stopRemote } from './remote-background.ts';
import { connectThroughLink } from './remote-connect.ts';
import { ownsRemote, readRemote, statusRemote, writeRemote } from './remote-files.ts';
import { interactRemote } from './remote-interact.ts';
import { fitsInFrame, runInShell } from './remote-program.ts';
import { remotePool } from './remote-shell.ts';
import { remoteBoxState } from './remote-state.ts';
import { runApart } from './remote-stream.ts';
import { openRemoteSession } from './session.ts';

/** The part of a remote box that runs commands and writes files. Policy and probes are added by other rooms. */
export type RemoteExecution = Omit<Box, 'policy' | 'ask' | 'changed' | 'cluster'>;

export interface RemoteOptions {
  /** Name of the folder on the box where the first fence starts and relative paths are resolved. */
  readonly workspace: string;
  /** The parent folder of workspaces on the box, unless the box names another. Default: `~/.runbook-workspace`. */
  readonly workspaces?: string;
  /** Variables for every fence, added to the box's own. Computed once the box has identified itself. */
  readonly envFor: (box: BoxIdentity) => Promise<Readonly<Record<string, string>>>;
  /** Identity of the box if it is not the random id stored on it, as for a container. */
  readonly identity?: BoxIdentity;
  /** Whether plain fences may run without their own shell. Tests set false to prove that the result is the same. */
  readonly plain?: boolean;
}

/** From about this clock difference, certificates, package lists and logs cause errors. */
const MAX_SKEW_MS = 5 * 60_000;

/**
 * Opens another box for running fences. One session carries everything unless fences run in parallel.
 * @throws RunbookError 3 if the box cannot be reached or lacks what runbook needs
 */
export async function openRemoteExecution(link: BoxLink, options: RemoteOptions): Promise<RemoteExecution> {
  const { workspace, workspaces } = options;
  let identity: BoxIdentity | undefined;
  let env: Readonly<Record<string, string>> = {};
  const setup = {
    workspace,
    ...(workspaces === undefined ? {} : { workspaces }),
    envFor: async (hello: Hello) => {
      if (!identity) {
        identity = options.identity ?? { id: hello.id ?? randomUUID(), name: hello.name };
        env = await options.envFor(identity);
      }
      return { ...UNATTENDED, ...env };
    },
  };
  const first = await openRemoteSession(link, setup).catch(async (error) => {
    await link.close();
    throw error;
  });
  const { hello } = first;
  const { folder } = hello;
  const exports = Object.fromEntries(hello.exports);
  const attended = baselineOf(exports, env, folder);
  const baseline = baselineOf({ ...exports, ...UNATTENDED }, env, folder);
  const pool = remotePool(first, { open: () => openRemoteSession(link, setup), most: link.mostSessions });
  const terminal = { scratch: hello.scratch, folder, exports: exportLines(env) };
  const run = (program: Program) =>
    program.input === undefined || fitsInFrame(program.input)
      ? runInShell(pool, program)
      : runApart(link, program);
  const box = {
    folder,
    baseline,
    attended,
    own: env,
    pool,
    plain: options.plain ?? true,
    tmp: hello.tmp,
    interact: (fence, request) => interactRemote(link, run, fence, request, terminal),
  } satisfies Parameters<typeof runFence>[0];
  const at = (path: string) => posix.resolve(folder, path);
  const connectFromBox = async (host: string, port: number, how?: Parameters<Box['connect']>[2]) =>
    connectThroughLink(link, host, port, how);
  return {
    identity: identity!,
    kind: link.kind,
    folder,
    baseline,
    remarks: clockRemarks(link.name, hello.skewMs),
    state: remoteBoxState(first, link.name),
    run: (request) => runFence(box, request),
    interact: (request) => interactWithFence(box, request),
    background: (request, log) =>
      startRemote(run, launchedFence(box, { ...request, capture: false }, {}), at(log)),
    alive: (background) => isAliveRemote(run, background),
    stop: (background) => stopRemote(run, background),
    read: (path) => readRemote(run, at(path)),
    status: (path) => statusRemote(run, at(path)),
    owns: (owner, status) => ownsRemote(run, owner, status),
    write: (path, content, how) => writeRemote(run, at(path), content, how),
    exec: ({ program }) => run(program),
    connect: connectFromBox,
    async close() {
      await pool.close();
      await first.close();
      await link.close();
    },
  };
}

/** The variables that runbook adds, for a session that does not inherit them. */
function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
}

function clockRemarks(name: string, skewMs: number | undefined): Diagnostic[] {
  if (skewMs === undefined || Math.abs(skewMs) < MAX_SKEW_MS) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const which = skewMs > 0 ? 'ahead of' : 'behind';
  return [
    {
      code: 'clock-skew',
      severity: 'warning',
      message: `The clock of ${name} is ${minutes} minutes ${which} this machine's. Certificates and package lists may be rejected on that box.`,
      remedy:
        'Set the clock, for example with chrony or systemd-timesyncd, unless the difference is intended.',
    },
  ];
}
