import { shellQuote } from '../../base/shell-quote.ts';
import { NotGathered } from '../machine.ts';

/**
 * A word for a POSIX shell, whatever is in it.
 * @throws NotGathered for a text that no file name and no argument can hold, or that would break the frames
 */
export function quoted(text: string): string {
  if (/[\0\n]/.test(text))
    throw new NotGathered('a name with a line end in it cannot be asked on another box');
  return shellQuote(text);
}
