import type { ShellRequest, ShellResult, ShellState } from '../model/shell.ts';
import type { Deadline } from './deadline.ts';
import type { Records } from './shell/control-records.ts';
import { failedLine } from './shell/failed-line.ts';
import type { FrameEnd } from './shell/shell-process.ts';
import { bytesToText } from './state/bytes-as-text.ts';
import { readExportListing } from './state/export-listing.ts';
import { exportsWith, stateAfter } from './state/shell-state.ts';

/** What the result of a fence depends on, other than the fence itself. */
export interface FenceSetup {
  readonly folder: string;
  readonly baseline: Readonly<Record<string, string>>;
}

/** How a fence ended and which shell state it left, computed from the records on the control pipe. Pure. */
export function fenceResult(
  request: ShellRequest,
  end: FrameEnd | Deadline,
  durationMs: number,
  setup: FenceSetup,
): ShellResult {
  switch (end.kind) {
    case 'timeout':
    case 'aborted':
      return { end, durationMs };
    case 'cut-off':
      return { end: { kind: 'disconnected', reason: end.reason }, durationMs };
    case 'lost':
      return { end: { kind: 'exit', code: end.status }, durationMs };
    case 'ended': {
      const reason = reasonNotStarted(request, end.records);
      if (reason !== undefined) return { end: { kind: 'unstartable', reason }, durationMs };
      const state = request.capture ? { state: stateFrom(request, end.records, setup) } : {};
      const line = end.status === 0 ? undefined : failedLine(end.records.get('l'));
      const at = line === undefined ? {} : { line };
      return { end: { kind: 'exit', code: end.status, ...at }, ...state, durationMs };
    }
  }
}

/** A `u` record holds the reason. With `user`, a missing `s` record means that switching to the user failed. */
export function reasonNotStarted({ user }: Pick<ShellRequest, 'user'>, records: Records): string | undefined {
  const reason = records.get('u');
  if (reason !== undefined) return bytesToText(reason);
  if (user === undefined || records.has('s')) return undefined;
  return `it could not be run as ${user}; sudo needs a rule that allows it without a password`;
}

/** A shell that ended without a report (`exec`, a signal, a plain fence) leaves the state unchanged. */
function stateFrom(
  { state, cwd }: ShellRequest,
  records: Records,
  { folder, baseline }: FenceSetup,
): ShellState {
  const after = records.get('v');
  if (after === undefined) return state;
  const before = records.get('b');
  return stateAfter(
    state,
    before === undefined ? exportsWith(baseline, state) : readExportListing(before),
    readExportListing(after),
    cwd === undefined ? directoryFrom(records.get('d'), folder) : state.cwd,
  );
}

/** The shell's working directory; undefined if it is the folder that the baseline starts in. */
function directoryFrom(record: Buffer | undefined, folder: string): string | undefined {
  const directory = record && bytesToText(record.subarray(0, -1));
  return directory === folder ? undefined : directory;
}
