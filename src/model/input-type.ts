import { parseByteSize } from '../base/byte-size.ts';
import { parseDuration } from '../base/duration.ts';
import { compileRegex } from '../base/regex.ts';

/** What the value of an input must be, from the column Kind: `port(1024..)`. */
export interface InputType {
  readonly name: InputTypeName;
  /** As in the document. */
  readonly written: string;
  /** `enum(a|b)`. */
  readonly choices?: readonly string[];
  /** `text(/…/)` and `secret(/…/)`. */
  readonly pattern?: { readonly source: string; readonly ignoreCase: boolean };
  /** `number(1..10)`: in the unit of `measure`, both inclusive. */
  readonly least?: number;
  readonly most?: number;
}

const HOST_LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
const IPV6 = /^\[?(?=(?:[^:]*:){2})[0-9A-Fa-f:.]{2,45}\]?$/;

/**
 * Each type: what its values are, for messages, and how one is read. A value that is not of the type reads as undefined;
 * others read as a number that ranges compare, or as 0 where there is nothing to compare.
 */
export const INPUT_TYPES = {
  text: { is: 'text', hasRange: false, measure: () => 0 },
  number: {
    is: 'a number',
    hasRange: true,
    measure: (text: string) => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined),
  },
  boolean: {
    is: '`true` or `false`',
    hasRange: false,
    measure: (text: string) => (text === 'true' || text === 'false' ? 0 : undefined),
  },
  enum: { is: 'one of its choices', hasRange: false, measure: () => 0 },
  url: {
    is: 'a URL with a scheme and a host, such as https://registry.example/',
    hasRange: false,
    measure: (text: string) =>
      /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#]/.test(text) && !/\s/.test(text) && URL.canParse(text)
        ? 0
        : undefined,
  },
  port: {
    is: 'a port from 1 to 65535',
    hasRange: true,
    measure: (text: string) =>
      /^[1-9]\d{0,4}$/.test(text) && Number(text) < 65_536 ? Number(text) : undefined,
  },
  duration: { is: 'a duration, such as 90s or 1m30s', hasRange: true, measure: parseDuration },
  size: { is: 'a size, such as 512MB or 5GiB', hasRange: true, measure: parseByteSize },
  host: {
    is: 'a host name or an IP address',
    hasRange: false,
    measure: (text: string) =>
      text.length <= 253 && (IPV6.test(text) || text.split('.').every((label) => HOST_LABEL.test(label)))
        ? 0
        : undefined,
  },
} as const satisfies Record<
  string,
  {
    readonly is: string;
    readonly hasRange: boolean;
    readonly measure: (text: string) => number | undefined;
  }
>;

export type InputTypeName = keyof typeof INPUT_TYPES;

/** What a value must be, for messages and prompts: `a port from 1 to 65535, at least 1024`. */
export function describeType({ name, written, choices, pattern }: InputType): string {
  if (choices) return `one of ${choices.join(', ')}`;
  if (pattern) return `text that matches /${pattern.source}/${pattern.ignoreCase ? 'i' : ''}`;
  const [, least = '', most = ''] = /\((.*?)\.\.(.*)\)$/.exec(written) ?? [];
  const bounds = [
    least === '' ? '' : `at least ${least.trim()}`,
    most === '' ? '' : `at most ${most.trim()}`,
  ];
  return [INPUT_TYPES[name].is, ...bounds.filter((each) => each !== '')].join(', ');
}

/** Whether a value has the form of its type and is in its range. Does not compare with the pattern. */
export function hasForm({ name, choices, least, most }: InputType, value: string): boolean {
  if (choices) return choices.includes(value);
  const measured = INPUT_TYPES[name].measure(value);
  return measured !== undefined && measured >= (least ?? -Infinity) && measured <= (most ?? Infinity);
}

/** Whether a value is of its type. A pattern is compared in time linear in the value. */
export async function isOfType(type: InputType, value: string): Promise<boolean> {
  if (!hasForm(type, value)) return false;
  if (!type.pattern) return true;
  const compiled = await compileRegex(type.pattern.source, type.pattern.ignoreCase);
  return 'regex' in compiled && compiled.regex.test(value);
}
