import { regexProblem } from '../base/regex.ts';
import { INPUT_TYPES, type InputType, type InputTypeName } from '../model/input-type.ts';
import { present } from './record/present.ts';

/** The types that the column Kind accepts, as they are written. */
export const TYPE_NAMES = Object.keys(INPUT_TYPES) as readonly InputTypeName[];

type ReadType = { readonly type: InputType } | { readonly problem: string };

const SHAPE = /^([a-z]+)(?:\((.*)\))?$/s;
const PATTERN = /^\/((?:[^\\/]|\\.)+)\/(i?)$/s;
const RANGE = /^(.*?)\.\.(.*)$/s;

/**
 * Parses a type: `port`, `number(1..10)`, `enum(a|b)`, `text(/pattern/)`. Returns why it cannot be read, or undefined for a
 * word that is not a type.
 */
export function readInputType(written: string): ReadType | undefined {
  const [, word = '', inside] = SHAPE.exec(written) ?? [];
  const name = TYPE_NAMES.find((each) => each === word);
  if (!name) return undefined;
  if (name === 'enum') return readChoices(written, inside);
  if (inside === undefined) return { type: { name, written } };
  if (name === 'text') return readPattern(written, inside);
  return INPUT_TYPES[name].hasRange
    ? readRange(name, written, inside)
    : { problem: `\`${name}\` accepts nothing in parentheses` };
}

/** Parses `/…/` or `/…/i` in parentheses as a type of text. */
export function readPattern(written: string, inside: string): ReadType {
  const [, source, flag] = PATTERN.exec(inside) ?? [];
  if (source === undefined) return { problem: 'in parentheses a regular expression `/…/` must follow' };
  const problem = regexProblem(source);
  if (problem) return { problem };
  return { type: { name: 'text', written, pattern: { source, ignoreCase: flag === 'i' } } };
}

function readChoices(written: string, inside = ''): ReadType {
  const choices = inside.split('|').map((each) => each.trim());
  if (choices.includes('')) return { problem: 'an enum must list its choices, such as `enum(a\\|b)`' };
  return { type: { name: 'enum', written, choices } };
}

function readRange(name: InputTypeName, written: string, inside: string): ReadType {
  const ends = RANGE.exec(inside)
    ?.slice(1)
    .map((each) => each.trim());
  const values = ends?.map((end) => (end === '' ? undefined : INPUT_TYPES[name].measure(end)));
  const isRead = ends?.every((end, index) => end === '' || values?.[index] !== undefined);
  const [least, most] = values ?? [];
  if (!isRead || (least === undefined && most === undefined))
    return { problem: `in parentheses a range of \`${name}\` must follow, such as \`${EXAMPLES[name]}\`` };
  if (least !== undefined && most !== undefined && least > most)
    return { problem: 'the range ends before it starts' };
  return { type: { name, written, ...present({ least, most }) } };
}

const EXAMPLES: Partial<Record<InputTypeName, string>> = {
  number: 'number(1..10)',
  port: 'port(1024..)',
  duration: 'duration(1s..1h)',
  size: 'size(1GB..)',
};
