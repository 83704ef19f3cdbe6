import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { shellQuote } from '../../base/shell-quote.ts';
import type { Box, BoxIdentity, Program } from '../../model/box.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { interactWithFence, launchedFence, runFence } from '../run-fence.ts';
import { baselineOf } from '../state/baseline.ts';
import type { BoxLink } from './link.ts';
import { isAliveRemote, startRemote, stopRemote } from './remote-background.ts';
import { connectThrough } from './remote-connect.ts';
import { ownsRemote, readRemote, statusRemote, writeRemote } from './remote-files.ts';
import { interactRemote } from './remote-interact.ts';
import { fitsInFrame, runInShell } from './remote-program.ts';
import { remotePool } from './remote-shell.ts';
import { remoteBoxState } from './remote-state.ts';
import { runApart } from './remote-stream.ts';
import { type Hello, openRemoteSession } from './session.ts';

/** Another box, as far as acting on it goes; policy and probes come from other rooms. */
export type RemoteExecution = Omit<Box, 'policy' | 'ask' | 'changed' | 'cluster'>;

export interface RemoteOptions {
  /** Name of the folder on the box where the first fence and every relative path start. */
  readonly workspace: string;
  /** The folder of workspaces there, unless the box names another; `~/.runbook-workspace` if not given. */
  readonly workspaces?: string;
  /** Variables of every fence beside the box's own, given once it is known who the box is. */
  readonly envFor: (box: BoxIdentity) => Promise<Readonly<Record<string, string>>>;
  /** What the box is known by where that is not its own random id: a container's. */
  readonly identity?: BoxIdentity;
  /** Whether plain fences may run without a shell of their own; false only to prove that it makes no difference. */
  readonly plain?: boolean;
}

/** Certificates, packages and logs go wrong from about here. */
const MOST_SKEW_MS = 5 * 60_000;

/**
 * Opens another box for acting on: one session, which carries everything unless fences run at once.
 * @throws RunbookError 3 where it cannot be reached, or cannot serve
 */
export async function openRemoteExecution(link: BoxLink, options: RemoteOptions): Promise<RemoteExecution> {
  const { workspace, workspaces } = options;
  let identity: BoxIdentity | undefined;
  let env: Readonly<Record<string, string>> = {};
  const setup = {
    workspace,
    ...(workspaces === undefined ? {} : { workspaces }),
    envFor: async (hello: Hello) => {
      if (identity) return env;
      identity = options.identity ?? { id: hello.id ?? randomUUID(), name: hello.name };
      env = await options.envFor(identity);
      return env;
    },
  };
  const first = await openRemoteSession(link, setup).catch(async (error) => {
    await link.close();
    throw error;
  });
  const { hello } = first;
  const { folder } = hello;
  const baseline = baselineOf(Object.fromEntries(hello.exports), env, folder);
  const pool = remotePool(first, { open: () => openRemoteSession(link, setup), most: link.mostSessions });
  const terminal = { scratch: hello.scratch, folder, exports: exportLines(env) };
  const run = (program: Program) =>
    program.input === undefined || fitsInFrame(program.input)
      ? runInShell(pool, program)
      : runApart(link, program);
  const box = {
    folder,
    baseline,
    own: env,
    pool,
    plain: options.plain ?? true,
    tmp: hello.tmp,
    interact: (fence, request) => interactRemote(link, run, fence, request, terminal),
  } satisfies Parameters<typeof runFence>[0];
  const at = (path: string) => posix.resolve(folder, path);
  const lend = async (host: string, port: number, how?: Parameters<Box['connect']>[2]) =>
    connectThrough(link, host, port, how);
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
    exec: run,
    connect: lend,
    async close() {
      await pool.close();
      await first.close();
      await link.close();
    },
  };
}

/** What runbook itself adds, for a session that does not inherit it. */
function exportLines(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
}

function clockRemarks(name: string, skewMs: number | undefined): Diagnostic[] {
  if (skewMs === undefined || Math.abs(skewMs) < MOST_SKEW_MS) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const which = skewMs > 0 ? 'ahead of' : 'behind';
  return [
    {
      code: 'clock-skew',
      severity: 'warning',
      message: `The clock of ${name} is ${minutes} minutes ${which} this machine's: certificates and package lists may be refused there.`,
      remedy: 'Set it (chrony, systemd-timesyncd), unless that is meant.',
    },
  ];
}
