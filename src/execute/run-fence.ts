import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { ShellRequest, ShellResult, ShellState } from '../model/shell.ts';
import { fenceResult } from './fence-result.ts';
import type { InteractEnd } from './interact.ts';
import { type LaunchedFence, launchText } from './launch.ts';
import { forkFrame, launchFrame, plainFrame } from './shell/frame.ts';
import { routeOf } from './shell/route.ts';
import { runFrame } from './shell/run-frame.ts';
import type { ShellPool } from './shell/shell-pool.ts';
import type { Frame, ShellProcess } from './shell/shell-process.ts';
import { textToBytes } from './state/bytes-as-text.ts';

/** What every fence of an opened box shares. */
export interface FenceBox {
  readonly folder: string;
  readonly baseline: Readonly<Record<string, string>>;
  /** What runbook itself adds to the process's environment. */
  readonly own: Readonly<Record<string, string>>;
  readonly pool: ShellPool;
  /** Whether a plain fence may run in the host itself. */
  readonly plain: boolean;
  /** On the box, for temporary files. */
  readonly tmp: string;
  /** Runs a fence on the person's terminal. */
  interact(fence: LaunchedFence, request: ShellRequest): Promise<InteractEnd>;
}

/** Runs one fence as `bash -e -o pipefail FILE` would, and tells the state it leaves. */
export async function runFence(box: FenceBox, request: ShellRequest): Promise<ShellResult> {
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const refused = reasonToRefuse(request);
  if (refused) return { end: refused, durationMs: elapsed() };

  const host = await box.pool.take();
  if ('unstartable' in host) {
    const kind = host.disconnected ? 'disconnected' : 'unstartable';
    return { end: { kind, reason: host.unstartable }, durationMs: elapsed() };
  }
  try {
    const end = await runFrame(host, frameFor(box, host, request), request);
    return fenceResult(request, end, elapsed(), box);
  } finally {
    box.pool.give(host);
  }
}

/** Runs one fence on the person's terminal. */
export async function interactWithFence(box: FenceBox, request: ShellRequest): Promise<ShellResult> {
  const started = performance.now();
  const refused = reasonToRefuse(request);
  const end = refused ?? (await box.interact(launchedFence(box, request, { terminal: true }), request));
  if (end.kind === 'unstartable') return { end, durationMs: performance.now() - started };
  return fenceResult(request, end, performance.now() - started, box);
}

/** A fence as a process of its own runs it. */
export function launchedFence(
  box: FenceBox,
  request: ShellRequest,
  { terminal = false, scratch = join(box.tmp, `runbook-${randomUUID()}`) },
): LaunchedFence {
  const cwd = request.cwd === undefined ? request.state.cwd : resolve(box.folder, request.cwd);
  const state = request.user === undefined ? request.state : withOwn(box, request.state);
  return { ...request, state, cwd, terminal, scratch };
}

let frames = 0;

/** Frames are numbered through, so that an announced process group is known to belong to this one. */
export function nextFrame(): number {
  frames += 1;
  return frames;
}

function frameFor(box: FenceBox, host: ShellProcess, request: ShellRequest): Frame {
  const number = nextFrame();
  const route = host.kind === 'bash' ? routeOf(request, box.plain) : ({ kind: 'launch' } as const);
  switch (route.kind) {
    case 'plain':
      return { number, bytes: plainFrame(route.text, host.toOutput), hasGroup: false };
    case 'fork':
      return {
        number,
        bytes: forkFrame(number, launchedFence(box, request, {}), host.toOutput),
        hasGroup: true,
      };
    case 'launch': {
      /** In the host's folder, where it goes with the host at the latest; but another user cannot reach it there. */
      const place = request.user === undefined ? { scratch: join(host.folder, `step-${number}`) } : {};
      const fence = launchedFence(box, request, place);
      const bytes =
        host.kind === 'bash' ? launchFrame(number, fence, host.toOutput) : textToBytes(launchText(fence));
      return { number, bytes, hasGroup: true };
    }
  }
}

/** sudo withholds the environment: what runbook itself adds to the baseline is handed over with the state. */
function withOwn(box: FenceBox, state: ShellState): ShellState {
  return { ...state, variables: new Map([...Object.entries(box.own), ...state.variables]) };
}

function reasonToRefuse({ text, state, cwd, signal }: ShellRequest) {
  if (signal?.aborted) return { kind: 'aborted' } as const;
  const texts = [text, cwd, state.cwd, ...state.variables.values()];
  if (!texts.some((each) => each?.includes('\0'))) return undefined;
  return { kind: 'unstartable', reason: 'it holds a NUL character, which no shell can take' } as const;
}
