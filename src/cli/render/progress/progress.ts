import type { RunEvent } from '../../../model/outcome.ts';

/** Tells a pass as it happens. Events come in order; what is told is masked already. */
export interface Progress {
  event(event: RunEvent): void;
  /** Leaves the terminal to somebody else (a question, an interactive fence), and takes it back. */
  pause(): void;
  resume(): void;
  /** A word from the command itself, such as that it is stopping. */
  notice(text: string): void;
  /** Puts the terminal back as it was. May be called twice. */
  end(): void;
}
