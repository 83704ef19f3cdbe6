import type { Comparator } from '../../model/check.ts';
import type { CheckReader } from './check-reader.ts';

/** Reads `= VALUE`, `>= VALUE` and so on. */
export function comparison(reader: CheckReader): { comparator: Comparator; value: string } {
  const comparator = reader.keyword(['=', '!=', '<=', '>=', '<', '>']);
  const value = reader.value('a value to compare with', 'empty');
  const needsNumber = comparator !== '=' && comparator !== '!=';
  if (needsNumber && !reader.lastUnresolved() && !/^-?\d+(?:\.\d+)?$/.test(value)) {
    const message = `\`${comparator}\` needs a number. \`${value}\` is not a number.`;
    reader.refuse('check-bad-value', message, 'Write a number, or compare with `=` or `!=`.');
  }
  return { comparator, value };
}
