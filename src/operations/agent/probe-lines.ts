import type { PredictionRow } from '../../loop/hypothesis.ts';
import { parseCheckLine } from '../../markdown/checks/check-grammar.ts';
import type { ProbeCheck } from '../../model/check.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { CheckResult } from '../../model/outcome.ts';
import { type CheckContext, evaluateOnce, questionOf } from '../pass/checks.ts';

/** A check line that a model gave: a typed check, or what is wrong with it. */
export type ProbeLine =
  | { readonly line: string; readonly check: ProbeCheck }
  | { readonly line: string; readonly diagnostics: readonly Diagnostic[] };

/** Reads lines; blank ones and comments are left out. */
export function readProbeLines(lines: readonly string[]): ProbeLine[] {
  return lines
    .flatMap((each) => each.split('\n'))
    .flatMap((line): ProbeLine[] => {
      const { check, diagnostics } = parseCheckLine(line, { file: 'probe', line: 1, column: 1 });
      if (check) return [{ line: check.text, check }];
      return diagnostics.length > 0 ? [{ line: line.trim(), diagnostics }] : [];
    });
}

/** Asks typed checks once, without waiting. */
export async function evaluateLines(
  lines: readonly ProbeLine[],
  context: CheckContext,
): Promise<CheckResult[]> {
  return await evaluateOnce(
    lines.flatMap((each) => ('check' in each ? [questionOf(each.check, { ...context, ofModel: true })] : [])),
  );
}

/** The verdicts of a prediction before the attempt; a line that is not a typed check has no `before`. */
export async function predict(lines: readonly string[], context: CheckContext): Promise<PredictionRow[]> {
  const read = readProbeLines(lines);
  const answers = await evaluateLines(read, context);
  return read.map((each) => {
    const before = 'check' in each ? answers.find(({ check }) => check === each.line)?.verdict : undefined;
    return { check: each.line, ...(before === undefined ? {} : { before }) };
  });
}
