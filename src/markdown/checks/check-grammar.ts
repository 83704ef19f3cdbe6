import { parseDuration } from '../../base/duration.ts';
import { substitute } from '../../base/substitute.ts';
import type { Probe, ProbeCheck } from '../../model/check.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import { probeKinds } from '../../probes/all.ts';
import { CheckReader, type Slot } from '../../probes/line/check-reader.ts';
import { type CheckToken, placeAt, splitCheckLine } from '../../probes/line/check-tokens.ts';

/** A check, or the error in its line. Both are absent for a blank line or a comment. */
export interface ParsedCheck {
  readonly check?: ProbeCheck;
  readonly diagnostics: Diagnostic[];
}

const KINDS = Object.keys(probeKinds) as [Probe['kind'], ...Probe['kind'][]];

/** `within` of a check, in milliseconds. */
const DURATION: Slot<number> = {
  what: 'a duration from 1ms to 24h',
  example: '1m30s',
  fallback: 0,
  parse: parseDuration,
};

/**
 * Parses one line of a `check` fence by the grammar of docs/format.md. A token with `${NAME}` fits any slot for
 * values. The probe then holds the text as written, or 0 for a number, so `resolveCheck` must be called before the
 * check is evaluated.
 * | @param place of the line's first character; places in diagnostics point at the token
 * @param options.defaultWithinMs the fence's `within` in milliseconds, for lines without their own
 */
export function parseCheckLine(
  line: string,
  place: Place,
  options: { readonly defaultWithinMs?: number } = {},
): ParsedCheck {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return { diagnostics: [] };
  const start = placeAt(place, line.length - line.trimStart().length);
  const { tokens, diagnostic } = splitCheckLine(text, start);
  if (diagnostic) return { diagnostics: [diagnostic] };
  return readCheck({ text, tokens, place: start, withinMs: options.defaultWithinMs ?? 0, lenient: true });
}

/**
 * Replaces `${NAME}` in the tokens of a check and parses it again strictly. A value always stays inside its token: it
 * is not split, is not a keyword, and is escaped in a regular expression. A name that `lookup` does not know is left
 * unchanged, with a warning `check-unresolved`.
 */
export function resolveCheck(check: ProbeCheck, lookup: (name: string) => string | undefined): ParsedCheck {
  const { text, place, withinMs } = check;
  if (!text.includes('${')) return { check, diagnostics: [] };
  const split = splitCheckLine(text, place);
  const resolved = split.tokens.map((token) => resolveToken(token, lookup, place));
  const tokens = resolved.map(({ token }) => token);
  const warnings = resolved.flatMap(({ diagnostics }) => diagnostics);
  const parsed = readCheck({ text, tokens, place, withinMs, lenient: false });
  return { ...parsed, diagnostics: [...warnings, ...parsed.diagnostics] };
}

interface Line {
  readonly text: string;
  readonly tokens: readonly CheckToken[];
  readonly place: Place;
  readonly withinMs: number;
  readonly lenient: boolean;
}

/** `["not"] probe ["within" duration]` */
function readCheck(line: Line): ParsedCheck {
  const reader = new CheckReader(line.tokens, line.place, line.lenient);
  const not = reader.skip('not');
  const kind = reader.keyword(KINDS, not ? [] : ['not']);
  const probe = probeKinds[kind].read(reader);
  const withinMs = reader.skip('within') ? reader.slot(DURATION) : line.withinMs;
  reader.end();
  if (reader.diagnostic) return { diagnostics: [reader.diagnostic] };
  const tokens = line.tokens.map((token) => token.raw);
  return {
    check: { kind: 'probe', text: line.text, tokens, not, probe, withinMs, place: line.place },
    diagnostics: [],
  };
}

function resolveToken(
  token: CheckToken,
  lookup: (name: string) => string | undefined,
  place: Place,
): { token: CheckToken; diagnostics: Diagnostic[] } {
  const known = token.form === 'regex' ? (name: string) => quoted(lookup(name)) : lookup;
  const { text, missing } = substitute(token.text, known);
  const diagnostics = missing.map(
    (name): Diagnostic => ({
      code: 'check-unresolved',
      severity: 'warning',
      message: `\${${name}} must be a known input or fact. It is not, so it stays unchanged.`,
      remedy: `Declare ${name} under Inputs or Facts, or write $\${${name}} for the literal text.`,
      place: placeAt(place, token.offset),
    }),
  );
  return { token: { ...token, text }, diagnostics };
}

/** Escapes a value in a regular expression: it is text to find, not a pattern. */
function quoted(value: string | undefined): string | undefined {
  return value?.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
