import type { Finding } from '../../model/finding.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';
import { failureContextOf } from './failure-context.ts';
import type { Match, Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { WEIGHTS } from './weight.ts';

/**
 * The mundane explanations of a failure, the likeliest first: what the output, the exit code, the checks and the box
 * say, by a table of rules (docs/diagnosis.md). At most `limit`, one for each code and subject. Pure.
 *
 * Rank: first how well a finding is founded (see WEIGHTS), then the order of the table, mundane before exotic, a root
 * before its consequence. An empty list means that nothing is known, not that nothing is wrong.
 */
export function diagnose(input: DiagnosisInput, limit = 5): Finding[] {
  const scene = failureContextOf(input);
  const found = RULES.flatMap((rule, order) =>
    rule.find(scene).map((match) => toFinding(rule, order, match)),
  );
  return withoutRepeats(found.sort((a, b) => a.rank - b.rank)).slice(0, limit);
}

function toFinding({ code, cause }: Rule, order: number, match: Match): Finding {
  const { weight, evidence, ...words } = match;
  const rank = WEIGHTS.indexOf(weight) * 1000 + order;
  return { code, cause, ...words, evidence: [...new Set(evidence)], rank };
}

/** One finding for each code and subject, the evidence of all; one without a subject gives way to one that has it. */
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

/** Lines that say the same again add nothing after the third. */
const MOST_EVIDENCE = 5;

function merged(first: Finding, second: Finding): Finding {
  const fuller = first.subject === undefined && second.subject !== undefined ? second : first;
  const evidence = [...new Set([...fuller.evidence, ...first.evidence, ...second.evidence])];
  return { ...fuller, rank: first.rank, evidence: evidence.slice(0, MOST_EVIDENCE) };
}
