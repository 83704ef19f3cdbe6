import { shellQuote } from '../../base/shell-quote.ts';
import { NotCollected } from '../machine.ts';

/**
 * Quotes any text as one word of a POSIX shell.
 * @throws NotGathered for NUL and newline, which would break the frames
 */
export function quoted(text: string): string {
  if (/[\0\n]/.test(text))
    throw new NotCollected('a name that contains a newline cannot be read on a remote box');
  return shellQuote(text);
}
