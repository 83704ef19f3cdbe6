import { z } from 'zod';
import { parseRunbook } from '../markdown/parse.ts';
import { splice } from '../markdown/record/splice.ts';
import { sourceOf } from '../markdown/source.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { FactsReport } from '../model/reports/report.ts';
import type { Fact } from '../model/runbook.ts';
import { closureHash } from '../plan/closure-hash.ts';
import { approvalRecord, approvalsOf, requireApprovalOn } from './approval/approval.ts';
import { documentClosure, placeOn } from './approval/closure-of.ts';
import { writeEdits } from './document/document.ts';
import { withVendoredFiles } from './document/vendored-files.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { openSession, prepare, runApproved, type Session } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';

const input = z.object({
  ...sessionFlags,
  write: z.boolean().default(false).describe('write the measured values and the date into the table'),
});

type Measured = FactsReport['facts'][number];

/** Measures the facts again, because unmeasured numbers and numbers from another box cause errors. */
export const facts = defineOperation({
  description:
    'Runs the command in "Measured with" of each row of Facts and compares. --write updates value and date in the table.',
  examples: ['runbook facts', 'runbook facts --write'],
  input,
  run: async (context, flags): Promise<FactsReport> => {
    const prepared = await prepare(context, flags);
    const measures = prepared.runbook.facts.some((fact) => fact.command !== undefined);
    const approved = measures ? await requireApprovalOn(context, prepared, flags) : undefined;
    const session = await openSession(context, prepared, flags, { approved });
    try {
      const measured: Measured[] = [];
      for (const fact of session.runbook.facts) measured.push(await measure(context, session, fact));
      const written = flags.write && (await writeMeasured(context, session, { flags, measured }));
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
  { box, masker, approved }: Pick<Session, 'box' | 'masker' | 'approved'>,
  fact: Fact,
): Promise<Measured> {
  const known = { name: fact.name, recorded: fact.value, unit: fact.unit };
  if (fact.command === undefined)
    return { ...known, verdict: 'unmeasured', detail: 'no command measures it' };
  const { code, stdout, stderr } = await runApproved(box, fact.command, approved, signal);
  const measured = masker.mask(stdout).trim();
  if (code !== 0)
    return { ...known, verdict: 'failed', detail: `exit ${code}: ${lastLine(stderr || measured)}` };
  if (measured === '') return { ...known, verdict: 'failed', detail: 'the command printed nothing' };
  // A carriage return also ends a line of markdown, so the text after it would be read as part of the document.
  if (/[\u0000-\u0008\u000a-\u001f\u007f\u0085\u2028\u2029]/.test(measured))
    return { ...known, verdict: 'failed', detail: 'the command printed more than one line' };
  return { ...known, measured, verdict: measured === fact.value ? 'same' : 'changed', detail: '' };
}

/**
 * Writes the changed rows: only the bytes of value and date, and only if the document has not changed since it was
 * read.
 */
async function writeMeasured(
  context: OperationContext,
  session: Session,
  { flags, measured }: { flags: z.infer<typeof input>; measured: readonly Measured[] },
): Promise<boolean> {
  const today = new Date(context.world.now()).toISOString().slice(0, 10);
  const edits = session.runbook.facts.flatMap((fact, index) => {
    const value = measured[index]?.measured;
    if (value === undefined) return [];
    return [
      ...(value === fact.value ? [] : [{ span: fact.cells.value, text: value.replaceAll('|', '\\|') }]),
      ...(fact.cells.on && fact.on !== today ? [{ span: fact.cells.on, text: today }] : []),
    ];
  });
  if (edits.length === 0) return false;
  await writeEdits(session.document, edits);
  const text = splice(session.document.source.text, edits);
  await extendApproval(context, session, { flags, text });
  return true;
}

/** Extends a person's approval to the numbers that the approved commands have measured. */
async function extendApproval(
  { world }: OperationContext,
  session: Session,
  { flags, text }: { flags: z.infer<typeof input>; text: string },
): Promise<void> {
  const approvals = approvalsOf(world);
  const sources = { ...flags, place: await placeOn(world, flags.on) };
  const before = await documentClosure(world, session, sources);
  const known = await approvals.find(closureHash(before), before.place);
  if (known?.scope !== 'project') return;
  const runbook = await withVendoredFiles(
    parseRunbook(sourceOf(text, session.document.file)),
    session.document.folder,
  );
  const closure = await documentClosure(world, { document: session.document, runbook }, sources);
  const at = new Date(world.now()).toISOString();
  await approvals.give(approvalRecord(closure, { scope: 'project', how: 'facts', at }));
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
