import { appendFileSync, closeSync, openSync } from 'node:fs';
import { TextTail } from '../../base/text-tail.ts';
import { OWN_FILE } from '../../journal/journal-folder.ts';
import type { RunEvent } from '../../model/outcome.ts';
import { outputRedactor } from '../../observe/redact/redact-output.ts';

/** Characters of output kept in memory for the diagnosis: more lines than it looks at. */
const KEPT = 128 * 1024;

/** Bytes of one job on disk: a program that prints without end fills the log and not the disk. Its end is kept in memory. */
const MAX_ON_DISK = 256 * 1024 * 1024;

/**
 * A job's output: on disk line by line as it comes, so that kill -9 loses none of it, and its end in memory. Known secrets are
 * masked already; what only looks like one is masked here.
 */
export class JobLog {
  readonly #tail = new TextTail(KEPT);
  readonly #redactor = outputRedactor();
  #ours = false;

  #room: number;

  constructor(
    private readonly path: string,
    most = MAX_ON_DISK,
  ) {
    this.#room = most;
  }

  /** Takes one event of a pass; `ours` tells whose output belongs to the job, absent: everybody's. */
  take(event: RunEvent, ours?: string): void {
    if (event.type === 'output') {
      this.#ours = ours === undefined || event.step === ours;
      this.#said(this.#redactor.push(event.text));
      return;
    }
    const line = storyLine(event, ours);
    if (line === '') return;
    this.#said(this.#redactor.end());
    this.#write(line);
  }

  /** What is said so far, a last line without its end included. */
  get tail(): string {
    this.#said(this.#redactor.end());
    return this.#tail.text;
  }

  #said(text: string): void {
    this.#write(text);
    if (this.#ours) this.#tail.add(text);
  }

  #write(text: string): void {
    if (text === '' || this.#room === 0) return;
    const bytes = Buffer.from(text);
    const isLast = bytes.length > this.#room;
    const kept = isLast ? Buffer.concat([bytes.subarray(0, this.#room), FULL]) : bytes;
    this.#room -= isLast ? this.#room : bytes.length;
    const file = openSync(this.path, OWN_FILE.append, 0o600);
    try {
      appendFileSync(file, kept);
    } finally {
      closeSync(file);
    }
  }
}

const FULL = Buffer.from('\n… more was said than is kept here …\n');

/** The output of one step; for a whole pass also its progress. */
function storyLine(event: RunEvent, ours: string | undefined): string {
  switch (event.type) {
    case 'step-started':
      return ours === undefined ? `=== ${event.step}: ${event.title} (${event.reason})\n` : '';
    case 'step-finished':
      return ours === undefined ? `=== ${event.step}: ${event.outcome.kind}\n` : '';
    case 'fix-started':
      return `=== fix: ${event.title}\n`;
    case 'check':
      return ours === undefined && event.phase === 'after'
        ? `${event.result.verdict}: ${event.result.check}: ${event.result.observed}\n`
        : '';
    default:
      return '';
  }
}
