import type { Finding } from '../../../model/finding.ts';
import { placeInTrace } from '../error-output/place-in-trace.ts';
import type { Line } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
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

/** Bounds the work: each line is compared with each row. */
const MOST_LINES = 240;
const LONGEST = 600;

/** What a program says when one particular thing is wrong, from the table of known lines. */
export const knownLine: Rule = {
  code: 'known-line',
  cause: 'other',
  find: ({ lines }) =>
    lines
      .filter(({ from }) => from !== 'check' && from !== 'box')
      .slice(-MOST_LINES)
      .reverse()
      .flatMap((line) => matchOf(line, lines) ?? []),
};

/** The row that knows a line, with what it names. */
export function knownRow(text: string): { row: KnownLine; groups: Record<string, string> } | undefined {
  for (const row of KNOWN_LINES) {
    const match = row.pattern.exec(text);
    if (match) return { row, groups: (match.groups ?? {}) as Record<string, string> };
  }
  return undefined;
}

function matchOf(line: Line, lines: readonly Line[]): Match | undefined {
  const { text, where, evidence, weight, origin } = line;
  const known = knownRow(text.slice(0, LONGEST));
  if (!known) return undefined;
  const { row, groups } = known;
  const title = filled(row.says, groups);
  const place = origin
    ? `, by the log of container ${origin.container} of ${origin.workload}`
    : where === undefined
      ? traced(placeInTrace(lines, lines.indexOf(line)))
      : ` (${where})`;
  const named = Object.values(groups).filter((value) => value !== undefined);
  return {
    title: place === '' ? title : `${title.replace(/\.$/, '')}${place}.`,
    remedy: filled(row.remedy, groups),
    subject: [row.id, ...named].join(' ').slice(0, 120),
    evidence: [evidence],
    weight: row.weak ? 'consequence' : weight,
    cause: row.cause,
  };
}

function traced(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}

function filled(text: string, groups: Readonly<Record<string, string>>): string {
  return text
    .replace(/\{(\w+)\}/g, (_, name: string) => groups[name]?.trim() ?? '')
    .replace(/ +(?=[,.:)](?:\s|$)|$)/g, '')
    .replace(/ {2,}/g, ' ')
    .replace(/([.!?])\.$/, '$1');
}

/**
 * Joins findings about the same line. Where a rule knows only the kind of trouble, the finding keeps its code, and the
 * table gives the words. A finding that was joined with facts of the box says more than the table.
 */
export function sharpened(findings: readonly Finding[]): Finding[] {
  const known = findings.filter(({ code }) => code === knownLine.code);
  const used = new Set<Finding>();
  const others = findings.filter(({ code }) => code !== knownLine.code);
  const joined = others.map((finding) => {
    const own =
      GENERAL.has(finding.code) && known.find(({ evidence }) => evidence[0] === finding.evidence[0]);
    if (!own) return finding;
    used.add(own);
    const isAlone = finding.evidence.length === 1;
    if (!isAlone) return finding;
    const remedy = finding.remedy.startsWith('If you meant') ? finding.remedy : own.remedy;
    return { ...finding, title: own.title, remedy };
  });
  return [...joined, ...known.filter((each) => !used.has(each))];
}

/** Codes whose rules recognize only an error of the system or a word. */
const GENERAL = new Set([
  'file-missing',
  'permission-denied',
  'config-syntax',
  'config-key-unknown',
  'already-exists',
  'object-missing',
  'already-running',
  'credentials',
  'bad-download',
  'dependency-conflict',
  'package-unknown',
  'module-missing',
  'variable-unset',
  'packages-unfinished',
  'service-not-started',
  'http-not-found',
  'not-executable',
  'user-missing',
  'waits-for-input',
  'program-missing',
  'server-error',
  'file-busy',
  'not-as-root',
]);
