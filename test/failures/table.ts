import type { FailureCase } from './case.ts';
import type { Grade } from './judge-finding.ts';
import type { ShownAttempt } from './sandbox.ts';

/** A case with its grade; `broken`: it did not fail as it should, so nothing was measured. */
export interface Measured {
  readonly given: FailureCase;
  readonly grade: Grade | 'broken' | 'skipped';
  readonly attempt?: ShownAttempt;
  readonly reason?: string;
}

const GRADES = ['true', 'vague', 'absent', 'false', 'broken', 'skipped'] as const;

/** Counts by family, then every miss with what was said and what is true. */
export function renderTable(measured: readonly Measured[]): string {
  const families = [...new Set(measured.map(({ given }) => given.family))].sort();
  const rows = families.map((family) =>
    row(
      family,
      measured.filter(({ given }) => given.family === family),
    ),
  );
  const head = `| family | cases | ${GRADES.join(' | ')} |\n| --- |${' ---: |'.repeat(GRADES.length + 1)}`;
  const misses = measured.filter(({ grade }) => grade !== 'true').map(describeMiss);
  return [head, ...rows, row('**all**', measured), '', ...misses].join('\n');
}

/** How many cases have this grade. */
export const countGrade = (measured: readonly Measured[], grade: Measured['grade']) =>
  measured.filter((one) => one.grade === grade).length;

const row = (name: string, some: readonly Measured[]) =>
  `| ${name} | ${some.length} | ${GRADES.map((grade) => countGrade(some, grade)).join(' | ')} |`;

function describeMiss({ given, grade, attempt, reason }: Measured): string {
  const finding = attempt?.findings[0];
  const said = reason ?? (finding ? `${finding.title} [${finding.code}]` : 'nothing');
  const printed = grade === 'absent' && given.printed ? ', though a program printed an error' : '';
  return `- ${given.name}: ${grade}${printed}\n  said:  ${said.replaceAll('\n', ' ')}\n  truth: ${given.truth}`;
}
