import { plainText } from '../base/plain-text.ts';
import type { RecordLine } from '../model/pass-record.ts';
import type { FollowedLine } from '../operations/record/record-tail.ts';
import { eventText } from './event-streams.ts';

/** UTF-16 code units of output in one message. What is beyond it is in the record, and on the page once it is opened again. */
const MAX_TEXT = 64 * 1024;

/**
 * New lines of a record as events. Output in a row is joined, so that a step that prints much costs few events. `from` and `at` are
 * the first and the last line of an event: a page notices where lines are missing.
 */
export function lineEvents(lines: readonly FollowedLine[]): string {
  let text = '';
  let from = 0;
  let events = '';
  const flush = ({ pass, at }: FollowedLine) => {
    if (text === '') return;
    const over = text.length - MAX_TEXT;
    const shown = over > 0 ? `\n[${over} characters are left out here]\n${text.slice(over)}` : text;
    events += eventText('line', { pass, from, at, type: 'output', text: plainText(shown) });
    text = '';
  };
  lines.forEach((each, index) => {
    if (text === '') from = each.at;
    text += shownText(each.line);
    const isLast = lines[index + 1]?.pass !== each.pass;
    if (each.line.type !== 'output' || isLast) flush(each);
    if (each.line.type === 'output') return;
    const { pass, at, line } = each;
    events += eventText('line', { pass, from: at, at, type: line.type, say: said(line) });
  });
  return events;
}

function shownText(line: RecordLine): string {
  if (line.type === 'step-started') return `== ${line.step}\n`;
  if (line.type === 'output-omitted') return `\n[${line.characters} characters are not recorded]\n`;
  return line.type === 'output' ? line.text : '';
}

/** What a screen reader announces. */
function said(line: RecordLine): string | undefined {
  switch (line.type) {
    case 'step-started':
      return `${line.step} runs.`;
    case 'step-finished':
      return `${line.step}: ${line.outcome.kind}.`;
    case 'fix-started':
      return `${line.problem} is fixed.`;
    case 'record-ended':
      return `The pass has ended: ${line.outcome}.`;
    default:
      return undefined;
  }
}
