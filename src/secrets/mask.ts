import { StringDecoder } from 'node:string_decoder';
import type { Diagnostic } from '../model/diagnostic.ts';
import { ANYWHERE_LENGTH, formsOf, isShort, type Secret } from './forms.ts';
import { createSecretScanner, type SecretMatch, type SecretScanner } from './scan.ts';

/** Removes known secrets from everything that is shown, stored or passed on. */
export interface Masker {
  /** The text with every secret, in any encoding, replaced by its mark. */
  mask(text: string): string;
  /** Masks text that arrives in chunks. */
  stream(): MaskStream;
  /** Masks every string, key and number in plain data. Returns the same value if it contains no secret. */
  maskDeep<T>(value: T): T;
  /** Whether a text contains a secret. */
  holdsSecret(text: string): boolean;
  /** Warnings about secrets that are too short to be masked inside words. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Holds back only text that may be the start of a secret. */
export interface MaskStream {
  /** Returns the text that is final so far, possibly empty. Bytes are decoded as UTF-8. */
  push(chunk: Buffer | string): string;
  /** Returns the text that was held back, and resets the stream. */
  end(): string;
}

/** The replacement for a secret: plain ASCII, one word, without markup in any output format. */
export function markOf(name: string): string {
  return `[secret:${name}]`;
}

/** What replaces the value of a variable that only the person's side knows. */
function referenceTo(name: string): string {
  return `\${${name}}`;
}

/**
 * Whether a variable's value can be distinguished from chance in a text. `true`, `80` or `prod` cannot: they are never put into an
 * answer by substitution, but what a program prints is not searched for them.
 */
function isIdentifying({ kind, value }: Secret): boolean {
  return (
    kind !== 'variable' || (value.trim().length >= MIN_SECRET_LENGTH && !/^[a-z]{1,11}$/.test(value.trim()))
  );
}

const MIN_SECRET_LENGTH = 4;

/** Creates a masker for these secrets. Ignores empty values. Without secrets, texts are returned unchanged. */
export function createMasker(secrets: readonly Secret[]): Masker {
  const forms = secrets.filter(isIdentifying).flatMap(formsOf);
  const real = secrets.filter(({ kind }) => kind !== 'variable');
  const diagnostics = real.filter(({ value }) => value.trim() !== '' && isShort(value)).map(shortSecret);
  if (forms.length === 0) return { ...NOTHING_SECRET, diagnostics };
  const variables = new Set(secrets.filter(({ kind }) => kind === 'variable').map(({ name }) => name));
  const replace = replacer((name) => (variables.has(name) ? referenceTo(name) : markOf(name)));
  const scan = createSecretScanner(forms);
  const found = (text: string) => scan(text, { before: '', last: true }).found;
  const mask = (text: string) => replace(text, found(text));
  const secretsOnly = (text: string) =>
    replace(
      text,
      found(text).filter(({ name }) => !variables.has(name)),
    );
  return {
    mask,
    stream: () => createStream(scan, replace),
    maskDeep: (value) => maskDeep(value, mask, secretsOnly),
    holdsSecret: (text) => found(text).some(({ name }) => !variables.has(name)),
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

function createStream(scan: SecretScanner, replace: Replace): MaskStream {
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

type Replace = (text: string, found: readonly SecretMatch[]) => string;

/** Replaces matches in a text. Matches beyond its end are not final yet and are skipped. */
function replacer(shownAs: (name: string) => string): Replace {
  return (text, found) => {
    if (found.length === 0) return text;
    let masked = '';
    let at = 0;
    for (const { name, start, end } of found) {
      if (end > text.length) break;
      masked += text.slice(at, start) + shownAs(name);
      at = end;
    }
    return masked + text.slice(at);
  };
}

/** Numbers are masked for secrets only: a port or a duration that equals a variable is chance. */
function maskDeep<T>(value: T, mask: (text: string) => string, maskNumber: (text: string) => string): T {
  return deep(value) as T;

  function deep(each: unknown): unknown {
    if (typeof each === 'string') return mask(each);
    if (typeof each === 'number' || typeof each === 'bigint') {
      const text = String(each);
      const masked = maskNumber(text);
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
    message: `A secret should have at least ${ANYWHERE_LENGTH} characters. ${name} has fewer, so it is masked only as a whole word.`,
    remedy: 'Use a longer value; a short one is also easy to guess.',
  };
}
