import type { RunEvent } from '../../../model/outcome.ts';

/** Shows a pass while it runs. Events arrive in order and are already masked. */
export interface Progress {
  event(event: RunEvent): void;
  /** Releases the terminal for a question or an interactive fence; `resume` takes it back. */
  pause(): void;
  resume(): void;
  /** A message from the command itself, such as that it is stopping. */
  notice(text: string): void;
  /** Restores the terminal. Safe to call twice. */
  end(): void;
}
