import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ShellRequest, ShellResult, ShellState } from '../model/shell.ts';
import type { BashHost, FrameEnd } from './bash-host.ts';
import { bytesToText } from './bytes-as-text.ts';
import { readExportListing } from './export-listing.ts';
import { forkFrame, launchFrame, plainFrame } from './frame.ts';
import type { HostPool } from './host-pool.ts';
import { plainLines } from './plain-fence.ts';
import { type Cut, type Frame, runFrame } from './run-frame.ts';
import { exportsWith, stateAfter } from './shell-state.ts';

/** What every fence of an opened box shares. */
export interface FenceBox {
  readonly folder: string;
  readonly baseline: Readonly<Record<string, string>>;
  readonly pool: HostPool;
  /** What runbook itself adds to the environment. */
  readonly own: Readonly<Record<string, string>>;
  /** Whether a plain fence may run in the host. */
  readonly plain: boolean;
}

/** Runs one fence as `bash -e -o pipefail FILE` would, and tells the state it leaves. */
export async function runFence(box: FenceBox, request: ShellRequest): Promise<ShellResult> {
  const started = performance.now();
  const result = (end: ShellResult['end'], state?: ShellState): ShellResult => ({
    end,
    ...(state === undefined || !request.capture ? {} : { state }),
    durationMs: performance.now() - started,
  });
  if (request.signal?.aborted) return result({ kind: 'aborted' });
  if (hasNul(request))
    return result({ kind: 'unstartable', reason: 'it holds a NUL, which no shell can take' });

  const host = await box.pool.take();
  if ('unstartable' in host) return result({ kind: 'unstartable', reason: host.unstartable });
  try {
    const end = await runFrame(host, frameFor(box, host, request), request);
    return result(endOf(end, request), stateOf(box, request, end));
  } finally {
    box.pool.give(host);
  }
}

let frames = 0;

function frameFor(box: FenceBox, host: BashHost, request: ShellRequest): Frame {
  frames += 1;
  const number = frames;
  const cwd = request.cwd === undefined ? request.state.cwd : resolve(box.folder, request.cwd);
  const fence = { ...request, cwd };
  const route = routeOf(box, request);
  switch (route.kind) {
    case 'plain':
      return { number, bytes: plainFrame(route.lines), hasGroup: false };
    case 'fork':
      return { number, bytes: forkFrame(number, fence), hasGroup: true };
    case 'launch': {
      const state = request.user === undefined ? request.state : withOwn(box, request.state);
      const scratch =
        request.user === undefined
          ? join(host.folder, `step-${number}`)
          : join(tmpdir(), `runbook-${randomUUID()}`);
      return {
        number,
        bytes: launchFrame(number, { ...fence, state, scratch, terminal: false }),
        hasGroup: true,
      };
    }
  }
}

type Route =
  | { readonly kind: 'plain'; readonly lines: readonly string[] }
  | { readonly kind: 'fork' }
  | { readonly kind: 'launch' };

/**
 * The cheapest way that makes no difference to the fence. The host itself stands in the baseline, so a plain fence
 * must start there; a fence that asks for its shell's process id must not be told the host's.
 */
function routeOf(box: FenceBox, { interpreter, text, state, cwd, user }: ShellRequest): Route {
  const isBash = interpreter.length === 1 && interpreter[0] === 'bash' && user === undefined;
  if (!isBash || ASKS_FOR_ITS_SHELL.test(text)) return { kind: 'launch' };
  const startsInBaseline = state.variables.size === 0 && state.cwd === undefined && cwd === undefined;
  const lines = box.plain && startsInBaseline ? plainLines(text) : undefined;
  return lines ? { kind: 'plain', lines } : { kind: 'fork' };
}

/** `$$`, `${$}`, job control, depth of subshells. */
const ASKS_FOR_ITS_SHELL = /\$\$|\$\{\$|\bBASH_SUBSHELL\b|\bset\s+-\w*m|\bmonitor\b/;

/** sudo withholds the environment: what runbook itself adds to the baseline is handed over with the state. */
function withOwn(box: FenceBox, state: ShellState): ShellState {
  return { ...state, variables: new Map([...Object.entries(box.own), ...state.variables]) };
}

function endOf(end: FrameEnd | Cut, { user }: ShellRequest): ShellResult['end'] {
  switch (end.kind) {
    case 'ended': {
      const reason = end.records.get('u');
      if (reason !== undefined) return { kind: 'unstartable', reason: bytesToText(reason) };
      if (user !== undefined && !end.records.has('s')) return { kind: 'unstartable', reason: refused(user) };
      return { kind: 'exit', code: end.status };
    }
    case 'lost':
      return { kind: 'exit', code: end.status };
    case 'timeout':
    case 'aborted':
      return end;
  }
}

/** A shell that left without a report (`exec`, a signal, a plain fence) leaves the state as it was. */
function stateOf(box: FenceBox, request: ShellRequest, end: FrameEnd | Cut): ShellState | undefined {
  if (end.kind !== 'ended' || end.records.has('u')) return undefined;
  const listing = end.records.get('v');
  const before = end.records.get('b');
  if (listing === undefined) return request.state;
  return stateAfter(
    request.state,
    before === undefined ? exportsWith(box.baseline, request.state) : readExportListing(before),
    readExportListing(listing),
    directoryAfter(box, request, end.records.get('d')),
  );
}

/** A fence's own directory does not carry. */
function directoryAfter(
  box: FenceBox,
  request: ShellRequest,
  record: Buffer | undefined,
): string | undefined {
  if (request.cwd !== undefined || record === undefined) return request.state.cwd;
  const directory = bytesToText(record.subarray(0, -1));
  return directory === box.folder ? undefined : directory;
}

/** What sudo said stands in the fence's output. */
const refused = (user: string): string =>
  `it could not be run as ${user}: sudo needs a rule that lets this user do so without a password`;

function hasNul({ text, state, cwd }: ShellRequest): boolean {
  const texts = [text, cwd ?? '', state.cwd ?? '', ...state.variables.values()];
  return texts.some((each) => each?.includes('\0'));
}
