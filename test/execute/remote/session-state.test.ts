import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GREETING,
  hasFrame,
  type SessionEvent,
  type SessionState,
  transition,
} from '../../../src/execute/remote/session-state.ts';

const ended = { kind: 'ended', status: 0, records: new Map() } as const;
const lost = { kind: 'lost', status: 137 } as const;

const hello: SessionEvent = { kind: 'hello' };
const frame: SessionEvent = { kind: 'frame' };
const mark: SessionEvent = { kind: 'mark' };
const end: SessionEvent = { kind: 'end', end: ended, isLast: false };
const lastEnd: SessionEvent = { kind: 'end', end: ended, isLast: true };
const shellLost: SessionEvent = { kind: 'end', end: lost, isLast: false };
const close: SessionEvent = { kind: 'close' };
const gone: SessionEvent = { kind: 'gone', reason: 'the cable' };

/** The state after the events, and the ends of frames on the way. */
function after(...events: SessionEvent[]) {
  let state: SessionState = GREETING;
  const ends = events.flatMap((event) => {
    const next = transition(state, event);
    state = next.state;
    return next.ended ? [next.ended] : [];
  });
  return { state, ends };
}

describe('a session', () => {
  it.each([
    ['waits for its greeting', [], 'greeting'],
    ['waits for it after the first mark', [mark], 'greeting'],
    ['is idle after its greeting', [hello], 'idle'],
    ['runs a frame', [hello, mark, frame], 'running'],
    ['waits for the mark after the end', [hello, mark, frame, end], 'ended'],
    ['waits for the end after the mark', [hello, mark, frame, mark], 'marked'],
    ['is lost from its greeting', [gone], 'lost'],
    ['is lost from idle', [hello, gone], 'lost'],
    ['stays lost', [gone, hello, frame, mark, end, close], 'lost'],
  ])('%s', (_, events, kind) => {
    expect(after(...events).state.kind).toBe(kind);
    expect(after(...events).ends).toEqual([]);
  });

  it.each([
    ['end, then mark', [end, mark]],
    ['mark, then end', [mark, end]],
  ])('ends a frame once: %s', (_, events) => {
    const { state, ends } = after(hello, mark, frame, ...events);
    expect([state.kind, ends]).toEqual(['idle', [ended]]);
  });

  it('does not take the first mark, that of the start, for the end of a frame', () => {
    expect(after(hello, frame, mark, end)).toMatchObject({ state: { kind: 'ended' }, ends: [] });
    expect(after(hello, frame, mark, end, mark).ends).toEqual([ended]);
  });

  it('believes the watchdog that the shell is lost, also after the shell has reported', () => {
    expect(after(hello, mark, frame, end, shellLost, mark).ends).toEqual([lost]);
  });

  it('keeps no end that comes while nothing runs', () => {
    expect(after(hello, mark, end, frame, mark)).toMatchObject({ state: { kind: 'marked' }, ends: [] });
  });

  it.each([
    ['its shell ends with the frame', [frame, lastEnd, mark]],
    ['its shell ends while nothing runs', [lastEnd]],
    ['it closes', [close]],
  ])('takes no more frames where %s', (_, events) => {
    expect(after(hello, mark, ...events).state).toMatchObject({ kind: 'idle', takesFrames: false });
  });

  it.each([
    ['running', []],
    ['ended', [end]],
    ['marked', [mark]],
  ])('cuts off a frame that is %s when the connection ends', (kind, events) => {
    expect(after(hello, mark, frame, ...events).state.kind).toBe(kind);
    const { state, ends } = after(hello, mark, frame, ...events, gone);
    expect(state).toEqual({ kind: 'lost', isClosing: false, reason: 'the cable' });
    expect(ends).toEqual([{ kind: 'cut-off', reason: 'the cable' }]);
  });

  it('lets a frame end while it closes, and says that it was closed', () => {
    expect(after(hello, mark, frame, close, end, mark).ends).toEqual([ended]);
    expect(after(hello, mark, frame, close, gone)).toEqual({
      state: { kind: 'lost', isClosing: true, reason: 'it was closed' },
      ends: [{ kind: 'cut-off', reason: 'it was closed' }],
    });
  });

  it('ends each frame exactly once, whatever comes', () => {
    const events = fc.array(fc.constantFrom(hello, frame, mark, end, lastEnd, shellLost, close, gone));
    fc.assert(
      fc.property(events, (all) => {
        let state: SessionState = GREETING;
        let open = 0;
        for (const event of all) {
          const isTaken = event.kind === 'frame' && state.kind === 'idle';
          const next = transition(state, event);
          open += (isTaken ? 1 : 0) - (next.ended ? 1 : 0);
          state = next.state;
          expect(open).toBe(hasFrame(state) ? 1 : 0);
        }
      }),
    );
  });
});
