import { EXIT } from '../model/diagnostic.ts';

/** Exit code of a program whose reader has ended (128 + SIGPIPE); shells expect it and do not report it. */
const BROKEN_PIPE = 141;

/** Why the pass was asked to stop; the reason of the abort signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  constructor(
    readonly exit: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Converts all ways to stop into one abort signal: Ctrl-C, SIGTERM, a lost terminal, and a closed stdout. A second
 * signal quits at once.
 */
export function interruptions(process: NodeJS.Process, quit: (exit: number) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (exit: number, message: string) => {
    if (controller.signal.aborted) quit(exit);
    else controller.abort(new Interruption(exit, message));
  };
  process.on('SIGINT', () => stop(EXIT.interrupted, 'stopping; Ctrl-C again quits at once'));
  process.on('SIGTERM', () => stop(EXIT.terminated, 'stopping; a second signal quits at once'));
  process.on('SIGHUP', () => stop(EXIT.terminated, 'the terminal was closed: stopping'));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!controller.signal.aborted) controller.abort(new Interruption(BROKEN_PIPE, ''));
    });
  }
  return controller.signal;
}
