import { compareBoxes } from '../../judge/parity/compare.ts';
import { readExpectation } from '../../judge/parity/expectations.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import {
  type Expectation,
  PARITY_SCOPE_NAMES,
  type ParityReport,
  type ParityRow,
} from '../../model/reports/parity.ts';
import type { OperationContext } from '../operation.ts';
import type { Prepared } from '../session/session.ts';
import { type ParityInput, projectBox } from './project-box.ts';

/** The two boxes and the expected differences. */
export interface ParityRequest extends ParityInput {
  readonly a: string;
  readonly b: string;
  readonly expect: readonly string[];
}

/** A report, and every row: the page shows equal ones too. */
export interface ComparedTargets {
  readonly report: ParityReport;
  readonly rows: readonly ParityRow[];
}

/**
 * Measures both boxes in parallel and compares them.
 * @throws RunbookError 64 for an invalid expectation, 1 if a box cannot be opened
 */
export async function compareTargets(
  context: OperationContext,
  request: ParityRequest,
  prepared: Prepared | undefined,
): Promise<ComparedTargets> {
  const { a, b } = request;
  const expectations = readExpectations([
    ...(prepared?.runbook.frontMatter.parity?.expect ?? []),
    ...request.expect,
  ]);
  // Waits for both sides before an error is thrown: each side closes its own box.
  const sides = await Promise.allSettled([a, b].map((on) => projectBox(context, on, prepared, request)));
  const [first, second] = sides.map((side) => {
    if (side.status === 'rejected') throw side.reason;
    return side.value;
  });
  const { rows, used } = compareBoxes(first!, second!, expectations);
  const report: ParityReport = {
    a,
    b,
    ...(prepared ? { file: prepared.runbook.file } : {}),
    at: new Date(context.world.now()).toISOString(),
    rows: rows.filter((row) => row.class !== 'equal'),
    counts: countsOf(rows),
    unused: expectations.filter((each) => !used.has(each)).map(({ text }) => text),
    verdict: verdictOf(rows),
  };
  return { report, rows };
}

function readExpectations(texts: readonly string[]): Expectation[] {
  const read = [...new Set(texts)].map(readExpectation);
  const bad = read.filter((each) => 'message' in each);
  if (bad.length > 0) throw new RunbookError(bad, EXIT.usage);
  return read as Expectation[];
}

function countsOf(rows: readonly ParityRow[]): ParityReport['counts'] {
  return PARITY_SCOPE_NAMES.flatMap((scope) => {
    const own = rows.filter((row) => row.scope === scope);
    const count = (wanted: ParityRow['class']) => own.filter((row) => row.class === wanted).length;
    if (own.length === 0) return [];
    return [
      {
        scope,
        equal: count('equal'),
        expected: count('expected'),
        differs: count('differs'),
        unknown: count('unknown'),
      },
    ];
  });
}

function verdictOf(rows: readonly ParityRow[]): ParityReport['verdict'] {
  if (rows.some((row) => row.class === 'differs')) return 'differs';
  return rows.some((row) => row.class === 'unknown') ? 'unknown' : 'equal';
}
