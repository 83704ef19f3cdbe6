import { z } from 'zod';
import { openApprovals } from '../journal/decisions/approvals.ts';
import { parseRunbook } from '../markdown/parse.ts';
import { splice } from '../markdown/record/splice.ts';
import { sourceOf } from '../markdown/source.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { FactsReport } from '../model/report.ts';
import type { Fact } from '../model/runbook.ts';
import { approvalHash } from '../plan/hash.ts';
import { requireApprovalOn } from './approval/approval.ts';
import { writeDocument } from './document/document.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { openSession, prepare, runForOutput, type Session } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';

const input = z.object({
  ...sessionFlags,
  write: z.boolean().default(false).describe('write what was measured, and the date, into the table'),
});

type Measured = FactsReport['facts'][number];

/** Measures the facts again: numbers that nobody measured hurt, and numbers from another box hurt later. */
export const facts = defineOperation({
  name: 'facts',
  summary: 'measure the facts again and tell which have changed',
  description:
    'Runs the command in "Measured with" of each row of Facts and compares. --write puts value and date into the table.',
  examples: ['runbook facts', 'runbook facts --write'],
  effect: 'act',
  input,
  run: async (context, flags): Promise<FactsReport> => {
    const prepared = await prepare(context, flags);
    const measures = prepared.runbook.facts.some((fact) => fact.command !== undefined);
    const approved = measures && (await requireApprovalOn(context, prepared, flags));
    const session = await openSession(context, prepared, flags, { approved });
    try {
      const measured: Measured[] = [];
      for (const fact of session.runbook.facts) measured.push(await measure(context, session, fact));
      const written = flags.write && (await writeMeasured(context, session, measured));
      return { file: flags.file, facts: measured, written };
    } finally {
      await session.box.close();
    }
  },
  exit: ({ facts: all, written }) => {
    if (all.some((each) => each.verdict === 'failed')) return EXIT.failed;
    return !written && all.some((each) => each.verdict === 'changed') ? EXIT.different : EXIT.done;
  },
});

/** Runs the command of a fact, which a person has approved, and compares. */
export async function measure(
  { signal }: Pick<OperationContext, 'signal'>,
  { box, masker }: Pick<Session, 'box' | 'masker'>,
  fact: Fact,
): Promise<Measured> {
  const known = { name: fact.name, recorded: fact.value, unit: fact.unit };
  if (fact.command === undefined)
    return { ...known, verdict: 'unmeasured', detail: 'no command measures it' };
  const { code, stdout, stderr } = await runForOutput(box, fact.command, signal);
  const measured = masker.mask(stdout).trim();
  if (code !== 0)
    return { ...known, verdict: 'failed', detail: `exit ${code}: ${lastLine(stderr || measured)}` };
  if (measured === '') return { ...known, verdict: 'failed', detail: 'the command printed nothing' };
  // A carriage return ends a line of markdown too: what follows it would be read as more of the document.
  if (/[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.test(measured))
    return { ...known, verdict: 'failed', detail: 'the command printed more than one line' };
  return { ...known, measured, verdict: measured === fact.value ? 'same' : 'changed', detail: '' };
}

/** Writes the changed rows: only the bytes of value and date, and only if the document is still what was read. */
async function writeMeasured(
  { world }: OperationContext,
  session: Session,
  measured: readonly Measured[],
): Promise<boolean> {
  const today = new Date(world.now()).toISOString().slice(0, 10);
  const edits = session.runbook.facts.flatMap((fact, index) => {
    const value = measured[index]?.measured;
    if (value === undefined) return [];
    return [
      ...(value === fact.value ? [] : [{ span: fact.cells.value, text: value.replaceAll('|', '\\|') }]),
      ...(fact.cells.on && fact.on !== today ? [{ span: fact.cells.on, text: today }] : []),
    ];
  });
  if (edits.length === 0) return false;
  const text = splice(session.document.source.text, edits);
  await writeDocument(session.document, text);
  await handApprovalOn(world, session, text);
  return true;
}

/** What a person approved stays approved with the numbers that its own commands have measured. */
async function handApprovalOn(
  world: OperationContext['world'],
  { document }: Session,
  text: string,
): Promise<void> {
  const approvals = openApprovals(world.folders.person);
  if (!(await approvals.isApproved(approvalHash(document.runbook)))) return;
  const hash = approvalHash(parseRunbook(sourceOf(text, document.file)));
  await approvals.approve({
    hash,
    document: document.path,
    how: 'facts',
    at: new Date(world.now()).toISOString(),
  });
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
