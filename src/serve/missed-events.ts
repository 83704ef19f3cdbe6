import type { ServerResponse } from 'node:http';
import { linesAfter } from '../operations/record/lines-after.ts';
import { eventText } from './event-streams.ts';
import { lineEvents } from './line-events.ts';

/** Sends what a page missed while it was not connected: it names the last event that it got. */
export async function sendMissed(folder: string, last: string, response: ServerResponse): Promise<void> {
  const [, pass, at] = /^([\w-]{1,64})@(\d{1,9})$/.exec(last) ?? [];
  const lines = pass === undefined ? [] : await linesAfter(folder, pass, Number(at));
  response.write(lineEvents(lines));
  // Other passes, the document and the approvals are read again.
  response.write(eventText('changed', {}));
}
