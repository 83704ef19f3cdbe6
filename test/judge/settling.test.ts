import { expect, test } from 'vitest';
import { podSettling } from '../../src/judge/settling.ts';

const STARTED = '2026-11-25T12:00:00Z';
const after = (seconds: number) => Date.parse(STARTED) + seconds * 1000;

interface Given {
  restarts?: number;
  /** How long it ran before, in seconds, and how that ended. */
  ran?: number;
  reason?: string;
}

function pod({ restarts = 0, ran, reason = 'Error' }: Given) {
  const finishedAt = new Date(after(-30)).toISOString();
  const startedAt = new Date(after(-30 - (ran ?? 0))).toISOString();
  const lastState = ran === undefined ? {} : { terminated: { reason, exitCode: 1, startedAt, finishedAt } };
  return {
    metadata: { name: 'web-1' },
    spec: { containers: [{ name: 'web' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'web', restartCount: restarts, state: { running: { startedAt: STARTED } }, lastState },
      ],
    },
  };
}

test('a container settles in ten seconds, whether its readiness is probed or not', () => {
  expect(podSettling(pod({}), after(3))).toEqual({
    why: 'container web of pod web-1 has run for 3 s, and counts as ready after 10 s (minReadySeconds is not set)',
    restMs: 8_000,
  });
  expect(podSettling(pod({}), after(11))).toBeUndefined();
});

test('after a crash it must outlive itself twice, and ten seconds more for each restart', () => {
  expect(podSettling(pod({ restarts: 2, ran: 20 }), after(0))?.why).toContain(
    'after 60 s (2 restarts; it ended with code 1 after 20 s before)',
  );
});

test('minReadySeconds replaces the ten seconds, and shortens nothing after a crash', () => {
  expect(podSettling(pod({}), after(3), 2)).toBeUndefined();
  expect(podSettling(pod({}), after(3), 30)?.restMs).toBe(28_000);
  expect(podSettling(pod({ restarts: 1, ran: 5 }), after(3), 2)?.restMs).toBe(18_000);
});

test('a container that has run longer than ever before has settled, whatever it did once', () => {
  expect(podSettling(pod({ restarts: 5, ran: 20 }), after(100))).toBeUndefined();
  expect(podSettling(pod({ restarts: 1, ran: 86_400 }), after(12))).toBeUndefined();
});

test('a reboot is not a crash', () => {
  expect(podSettling(pod({ restarts: 1, ran: 60, reason: 'Unknown' }), after(12))).toBeUndefined();
});

test('a start in the future says that clocks differ, and nothing is waited for', () => {
  expect(podSettling(pod({}), after(-3600))).toBeUndefined();
});
