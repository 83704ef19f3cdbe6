import { appendFileSync } from 'node:fs';
import type { RunEvent } from '../../model/outcome.ts';

/** Characters of output kept in memory for the diagnosis: more lines than it looks at. */
const KEPT = 128 * 1024;

/** A job's output: on disk as it comes, so that kill -9 loses none of it, and its end in memory. It is masked already. */
export class JobLog {
  #tail = '';
  #bytes = 0;

  constructor(private readonly path: string) {}

  /** Takes one event of a pass; `ours` tells whose output belongs to the job, absent: everybody's. */
  take(event: RunEvent, ours?: string): void {
    const line = storyLine(event, ours);
    if (line !== '') appendFileSync(this.path, line, { mode: 0o600 });
    if (event.type !== 'output' || (ours !== undefined && event.step !== ours)) return;
    this.#bytes += Buffer.byteLength(event.text);
    this.#tail = (this.#tail + event.text).slice(-KEPT);
  }

  get tail(): string {
    return this.#tail;
  }

  get bytes(): number {
    return this.#bytes;
  }
}

/** Of one step its output alone; of a whole pass also where it stands. */
function storyLine(event: RunEvent, ours: string | undefined): string {
  switch (event.type) {
    case 'output':
      return event.text;
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
