import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/model/outcome.ts';
import { DurableEvents } from '../../../src/operations/pass/durable-events.ts';

const finished = (step: string): RunEvent => ({
  type: 'step-finished',
  at: '',
  step,
  title: step,
  outcome: { kind: 'not-reached', because: '' },
});
const output = (step: string): RunEvent => ({ type: 'output', step, text: step });

/** A disk that syncs on request. */
function setting() {
  const told: string[] = [];
  const syncs: { done: () => void; fail: (error: Error) => void }[] = [];
  const story = new DurableEvents(
    (event) => void told.push(`${event.type} ${'step' in event ? event.step : ''}`),
    () => new Promise<void>((done, fail) => void syncs.push({ done, fail })),
  );
  return { story, told, syncs };
}

const turn = () => new Promise((resolve) => void setImmediate(resolve));

test('reports the end of a step once it is on disk, in order', async () => {
  const { story, told, syncs } = setting();
  story.emit(output('a'));
  story.emit(finished('a'));
  story.emit(output('b'));
  await turn();
  expect(told).toEqual(['output a']);
  // This one came after the sync had begun that is running: it needs another.
  story.emit(finished('b'));
  syncs[0]!.done();
  await turn();
  expect(told).toEqual(['output a', 'step-finished a']);
  syncs[1]!.done();
  await story.settled();
  expect(told).toEqual(['output a', 'step-finished a', 'output b', 'step-finished b']);
  story.emit(output('c'));
  expect(told.at(-1)).toBe('output c');
});

test('does not report what could not be written, and tells the pass why', async () => {
  const { story, told, syncs } = setting();
  story.emit(finished('a'));
  await turn();
  syncs[0]!.fail(new Error('no room'));
  await expect(story.settled()).rejects.toThrow('no room');
  expect(story.isLost).toBe(true);
  story.emit(finished('b'));
  await expect(story.settled()).rejects.toThrow('no room');
  expect(told).toEqual([]);
});
