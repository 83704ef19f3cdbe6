import type { RunEvent } from '../../../model/outcome.ts';
import { clean } from '../text/clean.ts';
import type { Progress } from './progress.ts';

/** Version of the event stream; raised when a consumer would have to change. docs/events.md holds the schema. */
const EVENTS_VERSION = 1;

/** A pass as one JSON object a line; the first carries the stream's version. */
export function jsonEvents(write: (text: string) => void, aside: (text: string) => void): Progress {
  let first = true;
  const event = (event: RunEvent): void => {
    write(`${JSON.stringify(first ? { version: EVENTS_VERSION, ...event } : event)}\n`);
    first = false;
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}

/** For verbs whose JSON is one object: the story goes untold. */
export const silentProgress = (aside: (text: string) => void): Progress => ({
  event() {},
  pause() {},
  resume() {},
  notice: (text) => aside(`${text}\n`),
  end() {},
});

/** For verbs that print output as it is: the text of output events, and nothing else. */
export const rawOutput = (write: (text: string) => void, aside: (text: string) => void): Progress => ({
  ...silentProgress(aside),
  event: (event) => {
    if (event.type === 'output') write(clean(event.text));
  },
});
