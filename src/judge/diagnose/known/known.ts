import { placeInTrace } from '../error-output/place-in-trace.ts';
import { type Line, sourceOfLine } from '../failure-context.ts';
import { type Candidate, type Match, type Rule, withPlace } from '../rule.ts';
import { CONTAINERS } from './containers.ts';
import { DATABASES } from './databases.ts';
import type { KnownLine } from './known-line.ts';
import { LANGUAGES } from './languages.ts';
import { NETWORK } from './network.ts';
import { PACKAGES } from './packages.ts';
import { PROVISIONING } from './provisioning.ts';
import { SERVICES } from './services.ts';
import { STORES } from './stores.ts';
import { WEB_SERVERS } from './web-servers.ts';

/** Every line that is known word for word, by family of software. */
export const KNOWN_LINES: readonly KnownLine[] = [
  ...WEB_SERVERS,
  ...DATABASES,
  ...STORES,
  ...SERVICES,
  ...CONTAINERS,
  ...PROVISIONING,
  ...PACKAGES,
  ...LANGUAGES,
  ...NETWORK,
];

/** Bounds the work: each of the last lines of a source is compared with each row. */
const MOST_LINES = 240;
const LONGEST = 600;

/** What a program says when one particular thing is wrong, from the table of known lines. */
export const knownLine: Rule = {
  code: 'known-line',
  cause: 'other',
  find: ({ lines }) => lastOfEachSource(lines).flatMap((index) => matchOf(lines, index) ?? []),
};

/** Indexes of the lines to compare, last first. A long output must not push out what a log says. */
function lastOfEachSource(lines: readonly Line[]): number[] {
  const taken = new Map<string, number>();
  return [...lines.keys()].reverse().filter((index) => {
    const line = lines[index]!;
    if (line.from === 'check' || line.from === 'box') return false;
    const source = sourceOfLine(line);
    const count = (taken.get(source) ?? 0) + 1;
    taken.set(source, count);
    return count <= MOST_LINES;
  });
}

/** The row that knows a line, with what it names. */
export function knownRow(text: string): { row: KnownLine; groups: Record<string, string> } | undefined {
  for (const row of KNOWN_LINES) {
    const match = row.pattern.exec(text);
    if (match) return { row, groups: (match.groups ?? {}) as Record<string, string> };
  }
  return undefined;
}

function matchOf(lines: readonly Line[], index: number): Match | undefined {
  const line = lines[index]!;
  const known = knownRow(line.text.slice(0, LONGEST));
  if (!known) return undefined;
  const { row, groups } = known;
  const title = filled(row.says, groups);
  const trace = line.where === undefined && !line.origin ? placeInTrace(lines, index) : undefined;
  const named = Object.values(groups).filter((value) => value !== undefined);
  const words = {
    title: trace === undefined ? title : `${title.replace(/\.$/, '')} (${trace}).`,
    remedy: filled(row.remedy, groups),
    subject: [row.id, ...named].join(' ').slice(0, 120),
  };
  return {
    ...withPlace(words, line),
    evidence: [line.evidence],
    line: index,
    weight: row.weak ? 'consequence' : line.weight,
    cause: row.cause,
  };
}

function filled(text: string, groups: Readonly<Record<string, string>>): string {
  return text
    .replace(/\{(\w+)\}/g, (_, name: string) => groups[name]?.trim() ?? '')
    .replace(/ +(?=[,.:)](?:\s|$)|$)/g, '')
    .replace(/ {2,}/g, ' ')
    .replace(/([.!?])\.$/, '$1');
}

/**
 * Joins matches of the same line. Where a rule knows only the kind of trouble, its finding keeps its code, and the table
 * gives the words. A match that was joined with facts of the box says more than the table.
 */
export function sharpened(found: readonly Candidate[]): Candidate[] {
  const known = new Map(
    found.flatMap(({ rule, match }) => (rule === knownLine ? [[match.line, match] as const] : [])),
  );
  const used = new Set<Match>();
  const joined = found.map((candidate) => {
    const { rule, match } = candidate;
    const own = rule.general && match.line !== undefined ? known.get(match.line) : undefined;
    if (!own) return candidate;
    used.add(own);
    if (match.evidence.length > 1) return candidate;
    const remedy = match.remedy.startsWith('If you meant') ? match.remedy : own.remedy;
    return { ...candidate, match: { ...match, title: own.title, remedy } };
  });
  return joined.filter(({ match }) => !used.has(match));
}
