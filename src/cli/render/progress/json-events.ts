import type { RunEvent } from '../../../model/outcome.ts';
import type { Story } from './progress.ts';

/** Version of the event stream; raised when a consumer would have to change. docs/events.md holds the schema. */
const EVENTS_VERSION = 1;

/** A pass as one JSON object a line; the first carries the stream's version. */
export function jsonStory(write: (text: string) => void, aside: (text: string) => void): Story {
  let first = true;
  const event = (event: RunEvent): void => {
    write(`${JSON.stringify(first ? { version: EVENTS_VERSION, ...event } : event)}\n`);
    first = false;
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}

/** For verbs whose JSON is one object: the story goes untold. */
export const untoldStory = (aside: (text: string) => void): Story => ({
  event() {},
  pause() {},
  resume() {},
  notice: (text) => aside(`${text}\n`),
  end() {},
});
