/** Events that can be reported, apart from the schedules of a document. */
export const EVENTS = ['escalation', 'approval', 'fleet-stopped', 'long-pass'] as const;
export type NotifiedEvent = (typeof EVENTS)[number];

/** One message to a person. Everything in it is masked. */
export interface Message {
  /** Unique, so that a receiver can drop a repeated delivery. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly event: NotifiedEvent | 'schedule' | 'missed' | 'test';
  /** `ok`: all is well (again). */
  readonly state: 'ok' | 'different' | 'failed' | 'person';
  /** One line. */
  readonly title: string;
  /** What changed, one line each. */
  readonly details: readonly string[];
  readonly box: string;
  readonly document: string;
  /** ISO 8601: since when this has been so. */
  readonly since?: string;
  /** The next command. */
  readonly next?: string;
  /** Where the document can be read, with the state of each step. */
  readonly page?: string;
}

/** Lines of a message at most, and characters of a line: chat servers refuse long messages. The rest is counted. */
const MOST_LINES = 20;
const MOST_CHARACTERS = 300;

/** The message for people. */
export function messageText({ title, details, since, next, page }: Message): string {
  const shown = details.slice(0, MOST_LINES).map((line) => `- ${shortened(line)}`);
  const hidden = details.length - shown.length;
  return [
    shortened(title),
    ...shown,
    ...(hidden > 0 ? [`- and ${hidden} more`] : []),
    ...(since === undefined ? [] : [`since ${since.slice(0, 16).replace('T', ' ')} UTC`]),
    ...(next === undefined ? [] : [`next: ${next}`]),
    ...(page === undefined ? [] : [`page: ${page}`]),
  ].join('\n');
}

function shortened(line: string): string {
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}…`;
}
