import { nearest } from '../base/nearest.ts';
import { usageError } from '../model/diagnostic.ts';
import type { Operation } from '../operations/operation.ts';
import type { Flag } from './flags.ts';

/**
 * Parses a number.
 *
 * @param shown the flag as it was written
 * @throws RunbookError (exit 64) with the allowed range, the given text and an example
 */
export function readNumber(operation: Operation, flag: Flag, shown: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  const { least, most } = flag.range ?? {};
  if (Number.isSafeInteger(number) && number >= (least ?? number) && number <= (most ?? number))
    return number;
  throw usageError(
    'invalid-value',
    `${shown} must be an integer${rangeWords(flag.range)}, got ${JSON.stringify(text)}.`,
    `${exampleOf(operation, flag)} See \`runbook ${operation.name} --help\`.`,
  );
}

/**
 * Parses one of a flag's allowed words.
 *
 * @throws RunbookError (exit 64) with the nearest word and all others
 */
export function readChoice(flag: Flag, shown: string, text: string): string {
  if (flag.choices.length === 0 || flag.choices.includes(text)) return text;
  const near = nearest(text, flag.choices);
  throw usageError(
    'invalid-value',
    `${shown} must be one of the allowed words, got ${JSON.stringify(text)}.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}One of: ${flag.choices.join(', ')}.`,
  );
}

function rangeWords({ least, most }: Flag['range'] = {}): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return `, ${least} or more`;
  return most === undefined ? '' : `, at most ${most}`;
}

/** A line of the verb's examples that uses the flag, else its default, else its minimum. */
function exampleOf({ examples }: Operation, flag: Flag): string {
  const line = examples.find((each) => flag.positional || each.includes(` --${flag.name} `));
  if (line !== undefined) return `As in \`${line}\`.`;
  return `Write --${flag.name} ${flag.default ?? flag.range?.least ?? 1}, for example.`;
}
