import { StringDecoder } from 'node:string_decoder';
import type { Diagnostic } from '../model/diagnostic.ts';
import { ANYWHERE_LENGTH, formsOf, isShort, type Secret } from './forms.ts';
import { createSecretScanner, type SecretMatch, type SecretScanner } from './scan.ts';

/** Takes known secrets out of everything that is shown, stored or handed on. */
export interface Masker {
  /** The text with every secret, however encoded, replaced by its mark. */
  mask(text: string): string;
  /** The same for text that comes in pieces. */
  stream(): MaskStream;
  /** The same for every string, key and number inside of plain data; without a secret in it, the very same value. */
  maskDeep<T>(value: T): T;
  /** Whether any secret stands in a text. */
  holdsSecret(text: string): boolean;
  /** Warnings: secrets too short to be masked inside of words. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Holds back only what may be the beginning of a secret. */
export interface MaskStream {
  /** Answers what is settled by now, possibly nothing. Bytes are read as UTF-8. */
  push(chunk: Buffer | string): string;
  /** Answers what was held back. The stream is then as new. */
  end(): string;
}

/** What stands where a secret stood. Plain ASCII, one word, and no markup in any format that it may end up in. */
export function markOf(name: string): string {
  return `[secret:${name}]`;
}

/** A masker for these secrets. Empty values are ignored; without any secret every text stays the very same. */
export function createMasker(secrets: readonly Secret[]): Masker {
  const forms = secrets.flatMap(formsOf);
  const diagnostics = secrets.filter(({ value }) => value.trim() !== '' && isShort(value)).map(shortSecret);
  if (forms.length === 0) return { ...NOTHING_SECRET, diagnostics };
  const scan = createSecretScanner(forms);
  const mask = (text: string) => replace(text, scan(text, { before: '', last: true }).found);
  return {
    mask,
    stream: () => createStream(scan),
    maskDeep: (value) => maskDeep(value, mask),
    holdsSecret: (text) => scan(text, { before: '', last: true }).found.length > 0,
    diagnostics,
  };
}

const NOTHING_SECRET: Omit<Masker, 'diagnostics'> = {
  mask: (text) => text,
  stream: () => {
    const decoder = new StringDecoder('utf8');
    return {
      push: (chunk) => (typeof chunk === 'string' ? chunk : decoder.write(chunk)),
      end: () => decoder.end(),
    };
  },
  maskDeep: (value) => value,
  holdsSecret: () => false,
};

function createStream(scan: SecretScanner): MaskStream {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let before = '';
  const settle = (text: string, last: boolean): string => {
    const { found, settled } = scan(text, { before, last });
    held = text.slice(settled);
    if (settled > 0) before = text.charAt(settled - 1);
    return replace(text.slice(0, settled), found);
  };
  return {
    push: (chunk) => settle(held + (typeof chunk === 'string' ? chunk : decoder.write(chunk)), false),
    end: () => {
      const rest = settle(held + decoder.end(), true);
      before = '';
      return rest;
    },
  };
}

/** Replaces what was found inside a text; finds beyond its end are not yet settled and left for later. */
function replace(text: string, found: readonly SecretMatch[]): string {
  if (found.length === 0) return text;
  let masked = '';
  let at = 0;
  for (const { name, start, end } of found) {
    if (end > text.length) break;
    masked += text.slice(at, start) + markOf(name);
    at = end;
  }
  return masked + text.slice(at);
}

function maskDeep<T>(value: T, mask: (text: string) => string): T {
  return deep(value) as T;

  function deep(each: unknown): unknown {
    if (typeof each === 'string') return mask(each);
    if (typeof each === 'number' || typeof each === 'bigint') {
      const text = String(each);
      const masked = mask(text);
      return masked === text ? each : masked;
    }
    if (Array.isArray(each)) {
      const items = each.map(deep);
      return items.every((item, index) => item === each[index]) ? each : items;
    }
    if (each instanceof Map) return new Map([...each].map(([key, item]) => [deep(key), deep(item)]));
    if (each instanceof Set) return new Set([...each].map(deep));
    return isPlain(each) ? deepFields(each) : each;
  }

  function deepFields(fields: Readonly<Record<string, unknown>>): unknown {
    const entries = Object.entries(fields);
    const masked = entries.map(([key, item]): [string, unknown] => [mask(key), deep(item)]);
    const same = masked.every(
      ([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1],
    );
    return same ? fields : Object.fromEntries(masked);
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function shortSecret({ name }: Secret): Diagnostic {
  return {
    code: 'short-secret',
    severity: 'warning',
    message: `The secret ${name} has fewer than ${ANYWHERE_LENGTH} characters, so it is masked only where it stands as a whole word.`,
    remedy: 'Use a longer value; a short one can also be guessed.',
  };
}
