import { matchSymptom } from '../../../judge/symptom.ts';
import { type Attempt, hasFailed } from '../../../loop/attempt.ts';
import { type FoldedProblem, failedBeforeFix } from '../../../loop/fold-problems.ts';
import { Report } from '../../../markdown/report.ts';
import { sourceOf } from '../../../markdown/source.ts';
import { readSymptoms } from '../../../markdown/symptom.ts';
import { localMachine } from '../../../observe/local-machine.ts';
import type { Workspace } from '../workspace.ts';
import { symptomOf } from './symptom.ts';

/** Of a job's log; more would not be a line that a person quotes. */
const MOST_LOG_BYTES = 4 * 1024 * 1024;

/** What must be changed so that a replay tries a Fix. */
export interface NotTried {
  readonly code: 'held-before' | 'symptom-not-printed';
  readonly message: string;
  readonly remedy: string;
}

/**
 * Replays a Fix against the journal's record of its failure: why a pass on a clean box would not try it. A pass tries a Fix
 * if its Verify does not hold, where it is in the document or after a step that printed its Symptom. Undefined: it would be
 * tried, or it has no Verify and is only shown.
 */
export async function whyNotTried(
  { store }: Workspace,
  folded: FoldedProblem,
  { symptom, verify }: { readonly symptom: string; readonly verify: readonly string[] },
): Promise<NotTried | undefined> {
  const { id } = folded.problem;
  const held = verify.filter((check) => failedBeforeFix(check, folded, store.loop.attempts) === 'no');
  if (verify.length > 0 && held.length === verify.length) {
    return {
      code: 'held-before',
      message: `The Verify of ${id} must fail before its fix, but \`${held[0]}\` passed: a replay would never try the fix.`,
      remedy: 'Give verify: check lines that failed while the step failed, or omit verify.',
    };
  }
  const failures = store.loop.attempts.filter(
    (each) => folded.problem.failures.includes(each.attempt) && hasFailed(each),
  );
  if (symptom === '' || failures.length === 0 || (await isPrinted(symptom, failures, store)))
    return undefined;
  const printed = symptomOf(failures.at(-1));
  return {
    code: 'symptom-not-printed',
    message: `The Symptom of ${id} must be a text of at least 8 characters that the failure printed. ${symptom.slice(0, 200)} is not in its output, so a replay would not recognize the failure.`,
    remedy: `Omit symptom${printed === '' ? '' : ` (then it is ${printed})`}, or copy a line of the output.`,
  };
}

/** Reads the Symptom as the document's reader does, and looks for it in everything that a pass compares. */
async function isPrinted(
  symptom: string,
  failures: readonly Attempt[],
  store: Workspace['store'],
): Promise<boolean> {
  const symptoms = readSymptoms(symptom, 0, new Report(sourceOf(symptom, 'symptom')));
  const texts = failures.map(({ job, outputTail, checks, findings }) => {
    const log = localMachine.tail(store.jobLog(job), MOST_LOG_BYTES);
    return [
      log.kind === 'read' ? log.value.content.toString('utf8') : '',
      outputTail,
      ...checks.filter(({ verdict }) => verdict !== 'pass').map(({ observed }) => observed),
      ...findings.map(({ title }) => title),
    ].join('\n');
  });
  for (const each of symptoms) for (const text of texts) if (await matchSymptom(each, text)) return true;
  return false;
}
