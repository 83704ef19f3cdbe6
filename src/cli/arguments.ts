import { parseArgs } from 'node:util';
import { nearest } from '../base/nearest.ts';
import { shellQuote } from '../base/shell-quote.ts';
import { type Diagnostic, EXIT, RunbookError, usageError } from '../model/diagnostic.ts';
import type { Operation } from '../operations/operation.ts';
import { readChoice, readNumber } from './flag-value.ts';
import { DEFAULT_FILE, type Flag, flagsOf } from './flags.ts';
import { globalFlags } from './global-flags.ts';

/** The input of an operation, and the options that the command handles itself. */
export interface Arguments {
  readonly input: Readonly<Record<string, unknown>>;
  /** `--report FILE`. */
  readonly report?: string;
}

/**
 * Parses a verb's arguments into its input, by its schema. Uses Node's `parseArgs` instead of commander: the flags
 * come from a table anyway, wrong use must become a diagnostic instead of a printed line, and commander costs a
 * quarter of an empty Node start.
 *
 * @throws RunbookError (exit 64) for the first error, with the nearest flag.
 */
export function readArguments(operation: Operation, args: readonly string[]): Arguments {
  const flags = flagsOf(operation);
  const named = new Map(flags.filter((flag) => !flag.positional).map((flag) => [flag.name, flag]));
  const places = flags.filter((flag) => flag.positional);
  const input: Record<string, unknown> = {};
  const positionals: string[] = [];

  for (const token of tokens(args, named)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') readFlag(operation, named, token, input);
  }
  readPositionals(operation, places, positionals, input);
  refuseMissing(operation, flags, input, args);
  const { report, ...fields } = input;
  const shared = { input: validated(operation, flags, fields) };
  return typeof report === 'string' ? { ...shared, report } : shared;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function tokens(args: readonly string[], named: ReadonlyMap<string, Flag>) {
  const options = Object.fromEntries(
    [...named].map(([name, flag]) => [
      name,
      {
        type: flag.kind === 'switch' ? 'boolean' : 'string',
        ...(flag.short === undefined ? {} : { short: flag.short }),
      } as const,
    ]),
  );
  const config = { args: [...args], options, strict: false, allowPositionals: true, tokens: true } as const;
  return parseArgs(config).tokens;
}

function readFlag(
  operation: Operation,
  named: ReadonlyMap<string, Flag>,
  token: OptionToken,
  input: Record<string, unknown>,
): void {
  const flag = named.get(token.name);
  if (!flag) throw unknownFlag(operation, token.rawName, [...named.values()]);
  if (flag.kind === 'switch') {
    if (token.value !== undefined) {
      throw usageError(
        'unexpected-value',
        `${token.rawName} does not accept a value.`,
        `Write ${token.rawName} without a value.`,
      );
    }
    input[flag.field] = !flag.negated;
    return;
  }
  const value = token.value;
  // `--from --yes` is a forgotten value, not a step named `--yes`. Use `--from=--yes` for that.
  if (value === undefined || (value.startsWith('--') && !token.inlineValue)) {
    throw usageError(
      'missing-value',
      `${token.rawName} needs a value.`,
      `Write ${token.rawName} ${flag.placeholder}.`,
    );
  }
  addValue(operation, flag, token.rawName, value, input);
}

function addValue(
  operation: Operation,
  flag: Flag,
  shown: string,
  value: string,
  input: Record<string, unknown>,
): void {
  const before = input[flag.field];
  switch (flag.kind) {
    case 'list':
      input[flag.field] = [...((before as string[] | undefined) ?? []), readChoice(flag, shown, value)];
      return;
    case 'pairs': {
      const cut = value.indexOf('=');
      if (cut < 1) {
        throw usageError(
          'invalid-value',
          `${shown} must be ${flag.placeholder}, got ${value}.`,
          `Write ${shown} NAME=VALUE.`,
        );
      }
      input[flag.field] = { ...(before as object | undefined), [value.slice(0, cut)]: value.slice(cut + 1) };
      return;
    }
    case 'number':
      input[flag.field] = readNumber(operation, flag, shown, value);
      return;
    case 'text':
      if (before !== undefined) {
        throw usageError(
          'repeated-flag',
          `${shown} may be used only once.`,
          'Use it once; it is not a list.',
        );
      }
      input[flag.field] = readChoice(flag, shown, value);
      return;
    case 'switch':
      input[flag.field] = !flag.negated;
  }
}

function readPositionals(
  operation: Operation,
  places: readonly Flag[],
  values: readonly string[],
  input: Record<string, unknown>,
): void {
  for (const [index, value] of values.entries()) {
    const place = places[index] ?? places.findLast((each) => each.kind === 'list');
    if (!place) {
      const remedy = `See \`runbook ${operation.name} --help\`.`;
      throw usageError(
        'unexpected-argument',
        `runbook ${operation.name} does not accept the argument \`${value}\`.`,
        remedy,
      );
    }
    addValue(operation, place, place.name, value, input);
  }
  if (places.some((place) => place.field === 'file')) input.file ??= DEFAULT_FILE;
}

function refuseMissing(
  operation: Operation,
  flags: readonly Flag[],
  input: Record<string, unknown>,
  args: readonly string[],
): void {
  const missing = flags.filter((flag) => flag.required && input[flag.field] === undefined);
  if (missing.length === 0) return;
  const lacking = missing.map((flag) => (flag.positional ? flag.name : `--${flag.name} ${flag.placeholder}`));
  throw usageError(
    'missing-argument',
    `runbook ${operation.name} needs ${missing.map(shownName).join(' and ')}.`,
    `Write \`${['runbook', operation.name, ...givenWords(args, flags), ...lacking].join(' ')}\`.`,
  );
}

/** The given words, to be typed again. Omits the values of inputs, because one of them may be a secret. */
function givenWords(args: readonly string[], flags: readonly Flag[]): string[] {
  const named = new Map(flags.filter((flag) => !flag.positional).map((flag) => [flag.name, flag]));
  return tokens(args, named).flatMap((token) => {
    if (token.kind !== 'option') return [token.kind === 'positional' ? shownWord(token.value) : '--'];
    if (token.value === undefined) return [token.rawName];
    const isPair = named.get(token.name)?.kind === 'pairs';
    return [token.rawName, isPair ? `${token.value.split('=')[0]}=…` : shownWord(token.value)];
  });
}

function validated(
  operation: Operation,
  flags: readonly Flag[],
  input: Record<string, unknown>,
): Arguments['input'] {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const diagnostics = parsed.error.issues.map((issue): Diagnostic => {
    const flag = flags.find((each) => each.field === issue.path[0]);
    const subject = flag ? shownName(flag) : operation.name;
    return {
      code: 'invalid-value',
      severity: 'error',
      message: `${subject}: ${lowerFirst(issue.message)}`,
      remedy: `See \`runbook ${operation.name} --help\`.`,
    };
  });
  throw new RunbookError(diagnostics, EXIT.usage);
}

function unknownFlag(operation: Operation, shown: string, flags: readonly Flag[]): RunbookError {
  const known = [...flags.filter((flag) => !flag.hidden), ...globalFlags].map((flag) => `--${flag.name}`);
  const near = nearest(shown, known);
  const help = `See \`runbook ${operation.name} --help\`.`;
  const remedy = near ? `Did you mean ${near}? ${help}` : help;
  return usageError('unknown-flag', `runbook ${operation.name} has no flag ${shown}.`, remedy);
}

const shownWord = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text));
const shownName = (flag: Flag) => (flag.positional ? flag.name : `--${flag.name}`);
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
