import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { ShellRequest, ShellResult, ShellState } from '../model/shell.ts';
import { fenceResult } from './fence-result.ts';
import type { InteractEnd } from './interact.ts';
import { type LaunchedFence, launchText } from './launch.ts';
import { forkFrame, launchFrame, marked, plainFrame } from './shell/frame.ts';
import { routeOf } from './shell/route.ts';
import { runFrame } from './shell/run-frame.ts';
import type { ShellPool } from './shell/shell-pool.ts';
import type { Frame, ShellProcess } from './shell/shell-process.ts';
import { UNATTENDED } from './state/baseline.ts';
import { textToBytes } from './state/bytes-as-text.ts';

/** What all fences of an opened box share. */
export interface FenceBox {
  readonly folder: string;
  readonly baseline: Readonly<Record<string, string>>;
  /** The baseline of fences on a person's terminal, without `UNATTENDED`. */
  readonly attended: Readonly<Record<string, string>>;
  /** Variables that runbook adds to the process's environment, besides `UNATTENDED`. */
  readonly own: Readonly<Record<string, string>>;
  readonly pool: ShellPool;
  /** Whether a plain fence may run directly in the shared shell process. */
  readonly plain: boolean;
  /** Folder on the box for temporary files. */
  readonly tmp: string;
  /** Runs a fence on the person's terminal. */
  interact(fence: LaunchedFence, request: ShellRequest): Promise<InteractEnd>;
}

/** Runs one fence as `bash -e -o pipefail FILE` would, and returns the shell state that it leaves. */
export async function runFence(box: FenceBox, request: ShellRequest): Promise<ShellResult> {
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const refused = reasonToRefuse(request);
  if (refused) return { end: refused, durationMs: elapsed() };

  const shell = await box.pool.take();
  if ('unstartable' in shell) {
    const kind = shell.disconnected ? 'disconnected' : 'unstartable';
    return { end: { kind, reason: shell.unstartable }, durationMs: elapsed() };
  }
  try {
    const end = await runFrame(shell, frameFor(box, shell, request), request);
    return fenceResult(request, end, elapsed(), box);
  } finally {
    box.pool.give(shell);
  }
}

/** Runs one fence on the person's terminal. */
export async function interactWithFence(box: FenceBox, request: ShellRequest): Promise<ShellResult> {
  const started = performance.now();
  const refused = reasonToRefuse(request);
  const end = refused ?? (await box.interact(launchedFence(box, request, { terminal: true }), request));
  if (end.kind === 'unstartable') return { end, durationMs: performance.now() - started };
  return fenceResult(request, end, performance.now() - started, { ...box, baseline: box.attended });
}

/** The fence with everything that its own process needs. */
export function launchedFence(
  box: FenceBox,
  request: ShellRequest,
  { terminal = false, scratch = join(box.tmp, `runbook-${randomUUID()}`) },
): LaunchedFence {
  const cwd = request.cwd === undefined ? request.state.cwd : resolve(box.folder, request.cwd);
  const own = terminal ? box.own : { ...UNATTENDED, ...box.own };
  const state = request.user === undefined ? request.state : withOwn(own, request.state);
  return { ...request, state, cwd, terminal, scratch };
}

let frames = 0;

/** Frames are numbered, so that an announced process group can be matched to its frame. */
export function nextFrame(): number {
  frames += 1;
  return frames;
}

function frameFor(box: FenceBox, shell: ShellProcess, request: ShellRequest): Frame {
  const number = nextFrame();
  const route = shell.kind === 'bash' ? routeOf(request, box.plain) : ({ kind: 'launch' } as const);
  switch (route.kind) {
    case 'plain':
      return {
        number,
        bytes: plainFrame(number, { ...request, text: route.text }, shell.toOutput),
        hasGroup: false,
      };
    case 'fork':
      return {
        number,
        bytes: forkFrame(number, launchedFence(box, request, {}), shell.toOutput),
        hasGroup: true,
      };
    case 'launch': {
      /** The shell's folder is removed with the shell at the latest, but another user cannot read it. */
      const folder = request.user === undefined ? { scratch: join(shell.folder, `step-${number}`) } : {};
      const fence = launchedFence(box, request, folder);
      const bytes =
        shell.kind === 'bash'
          ? launchFrame(number, fence, shell.toOutput)
          : textToBytes(`${marked(number)}\n${launchText(fence)}`);
      return { number, bytes, hasGroup: true };
    }
  }
}

/** sudo drops the environment, so the variables that runbook adds are passed with the state. */
function withOwn(own: Readonly<Record<string, string>>, state: ShellState): ShellState {
  return { ...state, variables: new Map([...Object.entries(own), ...state.variables]) };
}

function reasonToRefuse({ code, state, cwd, signal }: ShellRequest) {
  if (signal?.aborted) return { kind: 'aborted' } as const;
  const texts = [code.value.text, cwd, state.cwd, ...state.variables.values()];
  if (!texts.some((each) => each?.includes('\0'))) return undefined;
  return { kind: 'unstartable', reason: 'it contains a NUL character, which shells cannot handle' } as const;
}
