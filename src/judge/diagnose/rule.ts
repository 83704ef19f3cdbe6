import type { Cause } from '../../model/finding.ts';
import { placeInTrace } from './error-output/place-in-trace.ts';
import type { FailureContext, Hit, Line, LogOrigin } from './failure-context.ts';
import type { Weight } from './weight.ts';

/** The result of a rule that applies. */
export interface Match {
  readonly title: string;
  readonly remedy: string;
  readonly subject?: string;
  /** Ids of evidence, at least one. */
  readonly evidence: readonly string[];
  readonly weight: Weight;
  /** Index of the line that it explains. Absent: it explains more than one line. */
  readonly line?: number;
  /** Only if it differs from the cause of the rule. */
  readonly cause?: Cause;
}

/** One ordinary explanation: a pure function from what is known to a match. */
export interface Rule {
  /** Permanent; listed in docs/diagnosis.md. */
  readonly code: string;
  readonly cause: Cause;
  /** It recognizes only an error of the system or a word: a known line says more about the same line. */
  readonly general?: true;
  find(context: FailureContext): readonly Match[];
}

/** A match with its rule; `order`: the place of the rule in the table. */
export interface Candidate {
  readonly rule: Rule;
  readonly order: number;
  readonly match: Match;
}

/** What a rule adds to its line. `weight` only if it differs from the line's weight. */
export type RuleReport = Omit<Match, 'evidence' | 'weight' | 'line'> & {
  readonly evidence?: readonly string[];
  readonly weight?: Weight;
};

/** A rule that recognizes lines of text. `describe` may decline by returning undefined. */
export function textRule(rule: {
  readonly code: string;
  readonly cause: Cause;
  readonly general?: true;
  readonly patterns: readonly RegExp[];
  describe(hit: Hit, context: FailureContext): RuleReport | undefined;
}): Rule {
  return {
    code: rule.code,
    cause: rule.cause,
    ...(rule.general && { general: rule.general }),
    find: (context) =>
      context.search(rule.patterns).flatMap((hit) => {
        const report = rule.describe(hit, context);
        if (report === undefined) return [];
        const evidence = [hit.evidence, ...(report.evidence ?? [])];
        const words = withPlace(quoting(report, hit, context), hit);
        return [{ ...words, evidence, weight: report.weight ?? hit.weight, line: hit.index }];
      }),
  };
}

/** A title that names no subject says too little: the line itself names it. */
function quoting(report: RuleReport, { line, index }: Hit, { lines }: FailureContext): RuleReport {
  const text = line.trim();
  if (namesSubject(report) || report.title.includes(text)) return report;
  const place = placeInTrace(lines, index);
  return {
    ...report,
    title: `${report.title.replace(/\.$/, '')}: ${text.slice(0, 200)}${place === undefined ? '' : ` (${place})`}`,
  };
}

/** A subject that the title does not contain is only a word for the kind of trouble. */
function namesSubject({ title, subject }: RuleReport): boolean {
  if (subject === undefined || subject === '') return subject === '';
  const at = title.toLowerCase().indexOf(subject.toLowerCase());
  return at >= 0 && !/^\w/.test(title.slice(at + subject.length));
}

/** A report of a line with where the line was said, if not in the output. */
export function withPlace<R extends RuleReport>(
  report: R,
  { origin, where }: Pick<Line, 'origin' | 'where'>,
): R {
  return origin ? inContainer(report, origin) : inFile(report, where);
}

function inFile<R extends RuleReport>(report: R, where: string | undefined): R {
  if (where === undefined) return report;
  return { ...report, title: `${report.title.replace(/\.$/, '')} (${where}).` };
}

/** What a container's log says holds inside of the container: the remedies of a box do not apply there. */
function inContainer<R extends RuleReport>(report: R, origin: LogOrigin): R {
  const { title, subject } = report;
  const { namespace, pod, container, workload, previous } = origin;
  const log = `kubectl -n ${namespace} logs ${pod} -c ${container}${previous ? ' --previous' : ''}`;
  return {
    ...report,
    title: `Container ${container} of ${workload}, by its log: ${title}`,
    remedy: `Change what ${workload} runs with (its image, command, environment or files) or what it asks for, not this box. Its log: ${log}.`,
    subject: `${workload} ${container}${subject === undefined ? '' : ` ${subject}`}`,
  };
}
