import type { Finding } from '../../model/finding.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';
import { errorLineFinding } from './error-output/error-line-finding.ts';
import { failureContextOf } from './failure-context.ts';
import { sharpened } from './known/known.ts';
import type { Candidate } from './rule.ts';
import { RULES } from './rules.ts';
import { WEIGHTS } from './weight.ts';

/**
 * Explains a failure by ordinary causes, most likely first, from the output, the exit code, the checks and the box,
 * using a table of rules (docs/diagnosis.md). Returns at most `limit` findings, one per code and subject. Pure.
 *
 * Findings are ranked by their strength (see WEIGHTS), then by the order of the table: ordinary before exotic, a cause
 * before its effects. An empty list means that nothing is known, not that nothing is wrong.
 */
export function diagnose(input: DiagnosisInput, limit = 5): Finding[] {
  const context = failureContextOf(input);
  const found = sharpened(
    RULES.flatMap((rule, order) => rule.find(context).map((match) => ({ rule, order, match }))),
  ).map(toFinding);
  const isExplained = found.some(({ rank }) => rank < WEIGHTS.indexOf('inferred') * 1000);
  const said = isExplained ? undefined : errorLineFinding(context, found);
  const all = said ? [...found, said] : found;
  return withoutRepeats(all.sort((a, b) => a.rank - b.rank)).slice(0, limit);
}

function toFinding({ rule: { code, cause }, order, match }: Candidate): Finding {
  const { weight, evidence, line: _, ...words } = match;
  const rank = WEIGHTS.indexOf(weight) * 1000 + order;
  return { code, cause, ...words, evidence: [...new Set(evidence)], rank };
}

/**
 * Merges findings with the same code and subject, and their evidence. A finding without a subject is dropped if
 * another with the same code has one.
 */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings) {
    const same = kept.findIndex(
      ({ code, subject }) =>
        code === finding.code &&
        (subject === finding.subject || subject === undefined || finding.subject === undefined),
    );
    if (same === -1) kept.push(finding);
    else kept[same] = merged(kept[same]!, finding);
  }
  return kept;
}

/** More lines with the same message add nothing. */
const MAX_EVIDENCE = 5;

function merged(first: Finding, second: Finding): Finding {
  const fuller = first.subject === undefined && second.subject !== undefined ? second : first;
  const evidence = [...new Set([...fuller.evidence, ...first.evidence, ...second.evidence])];
  return { ...fuller, rank: first.rank, evidence: evidence.slice(0, MAX_EVIDENCE) };
}
