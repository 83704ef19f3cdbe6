import { listPasses, type PassRecord, readRecord } from '../../journal/passes/read-record.ts';
import type { StepState } from '../../model/page.ts';
import type { PassDetail } from '../../model/pass-record.ts';
import { outputOf } from '../record/output-of.ts';
import { passDetail } from '../record/pass-detail.ts';

/** What the recorded passes say about a step. */
export type RecordedStep = Omit<StepState, 'status' | 'at'>;

/** Characters of a step's output that a page holds: its end. */
const SHOWN_OUTPUT = 20_000;

/**
 * Checks, output and duration of each step from the last pass that ran it on this box, and the fixes of all passes. Passes are
 * read from the oldest, so the newest wins.
 */
export async function recordedSteps(
  folder: string,
  box: string,
  name: string,
): Promise<{ steps: ReadonlyMap<string, RecordedStep>; lastPass?: PassDetail }> {
  const passes = (await listPasses(folder))
    .filter((pass) => pass.box === box && pass.name === name)
    .reverse();
  const steps = new Map<string, RecordedStep>();
  let lastPass: PassDetail | undefined;
  for (const { id } of passes) {
    const record = await readRecord(folder, id);
    if (!record) continue;
    lastPass = passDetail(record);
    addPass(steps, record);
  }
  return { steps, ...(lastPass ? { lastPass } : {}) };
}

function addPass(steps: Map<string, RecordedStep>, { lines }: PassRecord): void {
  const stepOf = (id: string) => steps.get(id) ?? { checks: [], output: '', fixes: [] };
  for (const line of lines) {
    if (line.type === 'fix-finished' && line.cleared) {
      const known = stepOf(line.step);
      steps.set(line.step, {
        ...known,
        fixes: [...known.fixes, { problem: line.problem, at: startOf(lines) }],
      });
    }
    if (line.type !== 'step-finished') continue;
    const { outcome } = line;
    if (outcome.kind === 'not-reached') continue;
    const checks = 'failure' in outcome ? outcome.failure.checks : outcome.checks;
    const acted = outcome.kind === 'acted' || outcome.kind === 'failed';
    steps.set(line.step, {
      ...stepOf(line.step),
      checks,
      ...(acted ? { ms: outcome.ms, output: outputOf(lines, { step: line.step }).slice(-SHOWN_OUTPUT) } : {}),
    });
  }
}

const startOf = (lines: PassRecord['lines']): string => {
  const started = lines.find((line) => line.type === 'pass-started');
  return started?.type === 'pass-started' ? started.at : '';
};
