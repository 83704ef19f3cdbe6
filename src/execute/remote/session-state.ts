import type { FrameEnd } from '../shell/shell-process.ts';

/*
 * The states of a session on another box:
 *
 *     greeting ──hello──▶ idle ──frame──▶ running ──end──▶ ended ──mark──▶ idle
 *                                            └──mark──▶ marked ──end──▶ idle
 *     any of them ──gone──▶ lost
 *
 * A frame is over when both streams have reported its end. They share one connection but arrive in any order.
 */

/** What holds in every state of an open session. */
interface Open {
  /** The first mark on the error stream has come: what follows belongs to frames. */
  readonly isStarted: boolean;
  /** The shell can take another frame. */
  readonly takesFrames: boolean;
  readonly isClosing: boolean;
}

export type SessionState =
  | (Open & { readonly kind: 'greeting' | 'idle' | 'running' | 'marked' })
  | (Open & { readonly kind: 'ended'; readonly end: FrameEnd })
  | { readonly kind: 'lost'; readonly isClosing: boolean; readonly reason: string };

type OpenState = Exclude<SessionState, { kind: 'lost' }>;

export type SessionEvent =
  /** The box has sent its greeting. */
  | { readonly kind: 'hello' }
  /** A frame was sent. */
  | { readonly kind: 'frame' }
  /** The mark between two frames, on the error stream. */
  | { readonly kind: 'mark' }
  /** The control stream, or the watchdog, has reported how the frame ended. `isLast`: the shell takes no other. */
  | { readonly kind: 'end'; readonly end: FrameEnd; readonly isLast: boolean }
  /** This side closes the session. */
  | { readonly kind: 'close' }
  /** The connection has ended. */
  | { readonly kind: 'gone'; readonly reason: string };

/** A state, and the end of the frame that has just ended. */
export interface Transition {
  readonly state: SessionState;
  readonly ended?: FrameEnd;
}

export const GREETING: SessionState = {
  kind: 'greeting',
  isStarted: false,
  takesFrames: true,
  isClosing: false,
};

/** The state after an event. An event that means nothing in a state leaves it as it is. */
export function transition(state: SessionState, event: SessionEvent): Transition {
  if (state.kind === 'lost') return { state };
  switch (event.kind) {
    case 'hello':
      return { state: state.kind === 'greeting' ? { ...state, kind: 'idle' } : state };
    case 'frame':
      return { state: state.kind === 'idle' ? { ...state, kind: 'running' } : state };
    case 'mark':
      return onMark(state);
    case 'end':
      return onEnd({ ...state, takesFrames: state.takesFrames && !event.isLast }, event.end);
    case 'close':
      return { state: { ...state, isClosing: true, takesFrames: false } };
    case 'gone':
      return onGone(state, event.reason);
  }
}

/** Whether a frame was sent that has not ended. */
export function hasFrame({ kind }: SessionState): boolean {
  return kind === 'running' || kind === 'marked' || kind === 'ended';
}

function onMark(state: OpenState): Transition {
  if (!state.isStarted) return { state: { ...state, isStarted: true } };
  if (state.kind === 'running') return { state: { ...state, kind: 'marked' } };
  return state.kind === 'ended' ? over(state, state.end) : { state };
}

function onEnd(state: OpenState, end: FrameEnd): Transition {
  if (state.kind === 'marked') return over(state, end);
  // The watchdog's word that the shell is gone replaces what the shell said before.
  return { state: hasFrame(state) ? { ...state, kind: 'ended', end } : state };
}

function onGone(state: OpenState, reason: string): Transition {
  const why = state.isClosing ? 'it was closed' : reason;
  return {
    state: { kind: 'lost', isClosing: state.isClosing, reason: why },
    ...(hasFrame(state) ? { ended: { kind: 'cut-off', reason: why } } : {}),
  };
}

function over({ isStarted, takesFrames, isClosing }: Open, ended: FrameEnd): Transition {
  return { state: { kind: 'idle', isStarted, takesFrames, isClosing }, ended };
}
