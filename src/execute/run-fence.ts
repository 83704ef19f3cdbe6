import { resolve } from 'node:path';
import type { ShellRequest, ShellResult, ShellState } from '../model/shell.ts';
import type { FrameEnd } from './bash-host.ts';
import { bytesToText } from './bytes-as-text.ts';
import { readExportListing } from './export-listing.ts';
import { forkFrame, plainFrame } from './frame.ts';
import type { HostPool } from './host-pool.ts';
import { plainLines } from './plain-fence.ts';
import { type Cut, type Frame, runFrame } from './run-frame.ts';
import { exportsWith, stateAfter } from './shell-state.ts';

/** What every fence of an opened box shares. */
export interface FenceBox {
  readonly folder: string;
  readonly baseline: Readonly<Record<string, string>>;
  readonly pool: HostPool;
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
    const end = await runFrame(host, frameFor(box, request), request);
    return result(endOf(end), stateOf(box, request, end));
  } finally {
    box.pool.give(host);
  }
}

let frames = 0;

function frameFor(box: FenceBox, request: ShellRequest): Frame {
  frames += 1;
  const lines = isPlain(box, request) ? plainLines(request.text) : undefined;
  if (lines) return { number: frames, bytes: plainFrame(lines), hasGroup: false };
  const cwd = request.cwd === undefined ? request.state.cwd : resolve(box.folder, request.cwd);
  return { number: frames, bytes: forkFrame({ ...request, number: frames, cwd }), hasGroup: true };
}

/** The host itself stands in the baseline: a fence that starts elsewhere needs a shell that goes there. */
function isPlain(box: FenceBox, { interpreter, state, cwd, user }: ShellRequest): boolean {
  return (
    box.plain &&
    interpreter.length === 1 &&
    interpreter[0] === 'bash' &&
    state.variables.size === 0 &&
    state.cwd === undefined &&
    cwd === undefined &&
    user === undefined
  );
}

function endOf(end: FrameEnd | Cut): ShellResult['end'] {
  switch (end.kind) {
    case 'ended': {
      const reason = end.records.get('u');
      return reason === undefined
        ? { kind: 'exit', code: end.status }
        : { kind: 'unstartable', reason: bytesToText(reason) };
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
  if (end.kind !== 'ended') return undefined;
  const listing = end.records.get('v');
  if (listing === undefined) return request.state;
  return stateAfter(
    request.state,
    exportsWith(box.baseline, request.state),
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

function hasNul({ text, state, cwd }: ShellRequest): boolean {
  const texts = [text, cwd ?? '', state.cwd ?? '', ...state.variables.values()];
  return texts.some((each) => each?.includes('\0'));
}
