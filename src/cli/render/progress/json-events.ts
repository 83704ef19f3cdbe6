import type { RunEvent } from '../../../model/outcome.ts';
import { clean } from '../text/clean.ts';
import type { Progress } from './progress.ts';

/** Version of the event stream; increased when consumers must change. docs/events.md has the schema. */
const EVENTS_VERSION = 1;

/** The events of a pass, one JSON object per line. The first one contains the version of the stream. */
export function jsonEvents(write: (text: string) => void, aside: (text: string) => void): Progress {
  let first = true;
  const event = (event: RunEvent): void => {
    write(`${JSON.stringify(first ? { version: EVENTS_VERSION, ...event } : event)}\n`);
    first = false;
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}

/** For verbs whose JSON is one object: events are not shown. */
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
