import type { FactOf, Facts } from '../../model/facts/snapshot.ts';
import { relevantFacts } from './about-step.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';
import type { Weight } from './weight.ts';

/** A line that a pattern matched. */
export interface Hit {
  readonly line: string;
  /** Index among all lines, to read adjacent lines. */
  readonly index: number;
  /** Named groups that matched. */
  readonly groups: Readonly<Record<string, string>>;
  readonly evidence: string;
  readonly weight: Weight;
  /** Absent: the line is not of a container's log. */
  readonly origin?: LogOrigin;
  /** `app.log:12`. Absent: the line is not of a log file. */
  readonly where?: string;
}

/** A failure, prepared once for all rules. */
export interface FailureContext {
  readonly input: DiagnosisInput;
  readonly facts: Facts;
  /** Exit code. Absent: it did not exit. */
  readonly exit?: number;
  readonly exitEvidence: string;
  /** Observations of network checks, the last lines of output, and log lines. */
  readonly lines: readonly Line[];
  /** Lines that match any of the patterns, last line first. One hit per line, for the first pattern that matches. */
  search(patterns: readonly RegExp[]): Hit[];
  /** Lines within `reach` of a hit, nearest first, starting with the hit itself. */
  near(hit: Hit, reach: number): string[];
  /** Whether the step's text contains this word. */
  names(word: string): boolean;
  checkEvidence(index: number): string;
  rowEvidence(index: number): string;
}

/** The container whose log holds a line. */
export interface LogOrigin {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly workload: string;
  readonly previous: boolean;
}

/** A line of text that rules may read. */
export interface Line {
  /** Absent: it is not of a container's log. */
  readonly origin?: LogOrigin;
  /** `app.log:12`. Absent: it is not of a log file. */
  readonly where?: string;
  readonly from: 'check' | 'container' | 'file' | 'output' | 'box';
  readonly text: string;
  readonly evidence: string;
  readonly weight: Weight;
}

/** Bounds the work: errors are at the end, and hostile output must not cost much. */
const MAX_LINES = 500;
const LONGEST_LINE = 1000;
/** Earlier lines are less relevant: their weight is `logged` instead of `direct`. */
const TAIL_LINES = 60;

/** Prepares a failure for the rules. Pure. */
export function failureContextOf(input: DiagnosisInput): FailureContext {
  const facts = relevantFacts(input.snapshot?.facts ?? {}, input.step?.about);
  const lines = [
    ...checkLines(input),
    ...podLines(facts, input),
    ...fileLines(input),
    ...outputLines(input),
    ...logLines(input),
  ];
  const words = new Set(input.step?.text.match(/[\w.+-]{2,64}/g) ?? []);
  return {
    input,
    facts,
    ...(input.end?.kind === 'exit' && { exit: input.end.code }),
    exitEvidence: exitEvidence(input),
    lines,
    search: (patterns) => search(lines, patterns),
    near: (hit, reach) => near(lines, hit.index, reach),
    names: (word) => words.has(word),
    checkEvidence: (index) => checkEvidence(input, index),
    rowEvidence: (index) => rowEvidence(input, index),
  };
}

/** Ids of the attempt's own evidence; `attemptEvidence` resolves them. */
export const exitEvidence = (input: DiagnosisInput): string => `ev-${input.attempt}-exit`;
export const checkEvidence = (input: DiagnosisInput, index: number): string =>
  `ev-${input.attempt}-check-${index + 1}`;
export const lineEvidence = (input: DiagnosisInput, index: number): string =>
  `ev-${input.attempt}-line-${index + 1}`;

/** A line of a log file. */
export const logEvidence = (input: DiagnosisInput, log: number, index: number): string =>
  `ev-${input.attempt}-log-${log + 1}-${index + 1}`;

/** Rows of the connection matrix. */
export const rowEvidence = (input: DiagnosisInput, index: number): string =>
  `ev-${input.attempt}-row-${index + 1}`;

/**
 * The observation of a network check is treated like a line of output. Whether the step reached its goal is not
 * considered.
 */
function checkLines(input: DiagnosisInput): Line[] {
  return input.checks.flatMap(({ check, verdict, class: kind, observed }, index): Line[] => {
    if (verdict === 'pass' || !NETWORK_TROUBLE.has(kind)) return [];
    const text = `${check}: ${observed}`.slice(0, LONGEST_LINE);
    return [{ text, evidence: checkEvidence(input, index), weight: 'consequence', from: 'check' }];
  });
}

const NETWORK_TROUBLE = new Set(['refused', 'reset', 'timeout', 'dns', 'no-route', 'certificate', 'tls']);

function outputLines(input: DiagnosisInput): Line[] {
  const all = input.output.split(/\r\n|\n/);
  const first = Math.max(0, all.length - MAX_LINES);
  const ended = input.end?.kind === 'exit' && input.end.code === 0;
  return all.slice(first).flatMap((raw, offset): Line[] => {
    const text = visible(raw);
    if (text === '' || (ended && RETRIED.test(text))) return [];
    const index = first + offset;
    const weight = index >= all.length - TAIL_LINES ? 'direct' : 'logged';
    return [{ text, evidence: lineEvidence(input, index), weight, from: 'output' }];
  });
}

/** What log files say of this attempt counts as much as its output. */
function fileLines(input: DiagnosisInput): Line[] {
  return (input.logs ?? []).flatMap(({ path, first, lines }, log) =>
    lines.flatMap((raw, index): Line[] => {
      const text = visible(raw);
      if (text === '') return [];
      const where = first === undefined ? path : `${path}:${first + index}`;
      return [{ text, where, evidence: logEvidence(input, log, index), weight: 'direct', from: 'file' }];
    }),
  );
}

/** A try that was followed by another; where the fence ended well, nothing has come of it. */
const RETRIED = /\b(?:will retry|retrying) in\b|\bretries left\b/i;

function visible(raw: string): string {
  const shown = raw.slice(0, 20 * LONGEST_LINE).replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, '');
  const parts = shown.split('\r');
  // A progress bar rewrites its line, so its last state counts. A single CR may be the error itself (CR LF scripts).
  const last = parts.length > 3 ? parts.findLast((part) => part.trim() !== '') : shown;
  return (last ?? '').slice(0, LONGEST_LINE).trimEnd();
}

/** Log lines that were written during the attempt and mention something that the step names. */
function logLines({ snapshot, startedAt, step }: DiagnosisInput): Line[] {
  if (snapshot?.facts.logs === undefined || startedAt === undefined || step === undefined) return [];
  const words = programWords(step.text);
  return snapshot.facts.logs
    .filter(({ modified, source }) => modified >= startedAt && !/access/.test(source))
    .flatMap((log) => linesOf(log, words));
}

function linesOf(log: FactOf<'logs'>, words: ReadonlySet<string>): Line[] {
  const own = mentions(log.source, words);
  return log.lines
    .filter((text) => own || mentions(text.slice(0, 200), words))
    .map((text) => ({ text: text.slice(0, LONGEST_LINE), evidence: log.id, weight: 'logged', from: 'box' }));
}

/** Output of the containers that the failure mentions. Without a failure: of all containers that were read. */
function podLines(facts: Facts, { output, checks, step }: DiagnosisInput): Line[] {
  const all = output.trim() === '' && checks.length === 0;
  const spoken = `${step?.text ?? ''}\n${output}`;
  return (facts.kubernetes ?? []).flatMap((fact) => {
    if (fact.kind !== 'pod-log') return [];
    const name = fact.workload.split('/').at(-1) ?? '';
    if (!all && !spoken.includes(name)) return [];
    return fact.lines.map((text) => ({
      text: text.slice(0, LONGEST_LINE),
      evidence: fact.id,
      weight: 'logged' as const,
      from: 'container' as const,
      origin: { ...fact, pod: fact.name },
    }));
  });
}

/** Words of a step that may be a program or a service, without the shell's own words. */
function programWords(text: string): ReadonlySet<string> {
  const words = text.match(/[A-Za-z][\w.-]{2,40}/g) ?? [];
  return new Set(words.filter((word) => !COMMON.has(word)));
}

const COMMON = new Set(
  'set export echo cat sudo apt apt-get install update start stop restart enable status systemctl service var log etc usr bin sbin run opt tmp the and for then else true false error http https localhost'.split(
    ' ',
  ),
);

function mentions(text: string, words: ReadonlySet<string>): boolean {
  return (text.match(/[A-Za-z][\w-]{2,40}/g) ?? []).some((word) => words.has(word));
}

function search(lines: readonly Line[], patterns: readonly RegExp[]): Hit[] {
  const hits = lines.flatMap(({ text, evidence, weight, origin, where }, index): Hit[] => {
    for (const pattern of patterns) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const groups = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
      const named = Object.fromEntries(groups);
      return [
        {
          line: text,
          index,
          groups: named,
          evidence,
          weight,
          ...(origin && { origin }),
          ...(where && { where }),
        },
      ];
    }
    return [];
  });
  return hits.reverse();
}

function near(lines: readonly Line[], index: number, reach: number): string[] {
  const found = [lines[index]!.text];
  const source = sourceOfLine(lines[index]!);
  for (let step = 1; step <= reach; step++) {
    for (const at of [index + step, index - step]) {
      const line = lines[at];
      if (line !== undefined && sourceOfLine(line) === source) found.push(line.text);
    }
  }
  return found;
}

/** The output, log file or container that a line is from. */
export function sourceOfLine({ from, where, origin }: Line): string {
  const container = origin && [origin.namespace, origin.pod, origin.container, origin.previous].join(' ');
  return `${from} ${container ?? where?.replace(/:\d+$/, '') ?? ''}`;
}
