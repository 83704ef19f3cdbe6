import { listCounts } from '../../base/pluralize.ts';
import {
  type Approval,
  type Approvals,
  type NewApproval,
  openApprovals,
} from '../../journal/decisions/approvals.ts';
import { openDeclarations } from '../../journal/decisions/declarations.ts';
import type { Check } from '../../model/check.ts';
import type { Closure, ClosurePart } from '../../model/closure.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { Runbook } from '../../model/runbook.ts';
import { closureHash } from '../../plan/closure-hash.ts';
import { closureText } from '../../plan/closure-text.ts';
import type { Person, World } from '../../world.ts';
import type { OperationContext } from '../operation.ts';
import { requireKnownBox } from '../session/box-target.ts';
import type { ApprovedDocument, Prepared } from '../session/session.ts';
import { approved, approvedWithoutReading } from './approve-closure.ts';
import type { ApprovedClosure } from './approved-closure.ts';
import { type ClosureSources, documentClosure, placeOn } from './closure-of.ts';

/** How much of a document is code, for the question to the person. */
export interface Executables {
  readonly fences: number;
  readonly shellChecks: number;
  readonly commands: number;
}

/** Counts what would execute: fences of all steps and problems, shell checks, commands of facts and secrets. */
export function executables(runbook: Runbook): Executables {
  const isShell = (check: Check) => check.kind === 'shell';
  const sum = (count: (step: Runbook['steps'][number]) => number) =>
    runbook.steps.reduce((total, step) => total + count(step), 0);
  return {
    fences: sum((step) => step.actions.length + step.undo.length),
    shellChecks: sum((step) => [...step.verify, ...step.when].filter(isShell).length),
    commands: [...runbook.facts, ...runbook.inputs].filter((each) => each.command !== undefined).length,
  };
}

/** The flags of a verb that decide what would run, and where. */
export interface ApprovalFlags {
  readonly yes: boolean;
  readonly input: Readonly<Record<string, string>>;
  readonly envFile?: string | undefined;
  readonly on?: string | undefined;
}

/** A place other than the box of `--on`, and what else is approved with it (approval-targets). */
export interface ApprovalTarget {
  readonly place: ClosureSources['place'];
  readonly parts?: readonly ClosurePart[];
  /** Flags of `runbook approve` that approve this place beforehand. */
  readonly flags: string;
}

/** The approvals of this person. */
export function approvalsOf(world: World): Approvals {
  return openApprovals(world.folders.person, world.now);
}

/** What may run without a question: with `--yes`, or because it was approved for this project on this box. */
export async function findApproval(
  { world }: Pick<OperationContext, 'world'>,
  prepared: Prepared,
  flags: ApprovalFlags,
): Promise<ApprovedClosure | undefined> {
  if (flags.yes) return await approvedWithoutReading(world, prepared, 'yes');
  const place = await placeOn(world, flags.on, { readOnly: true });
  const closure = await documentClosure(world, prepared, { ...flags, place, readOnly: true });
  const known = await approvalsOf(world).find(closureHash(closure), closure.place);
  return known?.scope === 'project' ? approved(closure, 'approved', prepared) : undefined;
}

/**
 * The same, but shows the closure to the person at the terminal and asks if it is not approved.
 * @throws RunbookError 3 without a terminal, or if the person declines
 */
export async function requireApproval(
  { world }: Pick<OperationContext, 'world'>,
  prepared: Prepared,
  flags: ApprovalFlags,
  target?: ApprovalTarget,
): Promise<ApprovedClosure> {
  if (flags.yes) return await approvedWithoutReading(world, prepared, 'yes');
  const closure = await closureFor(world, prepared, flags, target);
  const { place } = closure;
  const approvals = approvalsOf(world);
  const known = await approvals.find(closureHash(closure), closure.place);
  if (known && (await approvals.consume(known))) return approved(closure, 'approved', prepared);
  const remark = await oldApproval(world, closure.place.document);
  const old = remark === undefined ? '' : ` ${remark}`;
  if (!world.person)
    throw unapproved(
      prepared.runbook.file,
      `this content is not approved for this project on ${place.boxName}, and no terminal is attached to ask you`,
      old,
      target?.flags,
    );
  // A loose document is confirmed block by block instead.
  if (prepared.runbook.kind === 'loose') return approved(closure, 'block by block', prepared);
  return await askPerson(world, prepared, closure, questionOf(prepared, closure, old));
}

/** Everything that a verb with these flags may run, in its place. */
export async function closureFor(
  world: World,
  prepared: Prepared,
  flags: Omit<ApprovalFlags, 'yes'>,
  target?: ApprovalTarget,
): Promise<Closure> {
  const place = target?.place ?? (await placeOn(world, flags.on));
  const closure = await documentClosure(world, prepared, { ...flags, place });
  return { ...closure, parts: [...closure.parts, ...(target?.parts ?? [])] };
}

/**
 * The same for the box of `--on`, which must exist before the question.
 * @throws RunbookError as above, and for an unknown box
 */
export async function requireApprovalOn(
  context: Pick<OperationContext, 'world'>,
  prepared: Prepared,
  flags: ApprovalFlags,
): Promise<ApprovedClosure> {
  const known = await findApproval(context, prepared, flags);
  if (known) return known;
  await requireKnownBox(flags.on);
  return await requireApproval(context, prepared, flags);
}

/** A person's approval as it is stored, without the values that an agent may not see. */
export function approvalRecord(
  closure: Closure,
  given: Pick<Approval, 'scope' | 'how' | 'at'> & Partial<Pick<Approval, 'client' | 'latencyMs' | 'until'>>,
): Omit<Approval, 'id' | 'by'> {
  const { place, what } = closure;
  return { hash: closureHash(closure), ...place, what, shown: closureText(closure, 'record'), ...given };
}

/**
 * Stores a person's approval of a whole document. Declared inputs are part of it: they stay declared when an agent adds
 * steps to what was approved for the project.
 */
export async function giveForDocument(
  world: World,
  { document }: Pick<Prepared, 'document'>,
  record: NewApproval,
): Promise<Approval> {
  if (record.scope === 'project')
    await openDeclarations(world.folders.person).remember(document.path, document.runbook.inputs);
  return await approvalsOf(world).give(record);
}

/** Why a document that was approved with an earlier version asks again; undefined once it was approved since. */
export async function oldApproval(world: World, document: string): Promise<string | undefined> {
  return (await approvalsOf(world).hasOld(document)) ? OLD_APPROVAL : undefined;
}

const OLD_APPROVAL =
  'It was approved with an earlier version of runbook, for every folder and every box. ' +
  'That no longer counts: approve it again for this project on this box.';

/**
 * Asks separately about fences that the document no longer contains, such as an Undo that exists only in the journal.
 * @throws RunbookError 3 if no one confirms that they may run
 */
export async function requireParts(
  { world }: Pick<OperationContext, 'world'>,
  prepared: ApprovedDocument,
  parts: readonly ClosurePart[],
  question: string,
): Promise<ApprovedClosure> {
  const { closure, by } = prepared.approved;
  const own = { ...closure, parts };
  if (by === 'yes') return approved(own, 'yes', prepared);
  const approvals = approvalsOf(world);
  const known = await approvals.find(closureHash(own), own.place);
  if (known && (await approvals.consume(known))) return approved(own, 'approved', prepared);
  if (!world.person)
    throw unapproved(prepared.runbook.file, `${question} No terminal is attached to ask you`, '');
  return await askPerson(world, prepared, own, question);
}

function questionOf({ runbook }: Prepared, { place }: Closure, old: string): string {
  const { fences, shellChecks, commands } = executables(runbook);
  const counts = listCounts([
    [fences, 'fence'],
    [shellChecks, 'shell check'],
    [commands, 'command'],
  ]);
  return `${runbook.file} would run ${counts === '' ? 'nothing' : `up to ${counts}`} on ${place.boxName}.${old}`;
}

async function askPerson(
  world: World,
  prepared: Prepared,
  closure: Closure,
  words: string,
): Promise<ApprovedClosure> {
  const { runbook } = prepared;
  const asked = world.now();
  const answer = await answerOf(world.person!, closureText(closure, 'terminal'), `${words} Run it?`);
  if (!/^[ya]/.test(answer)) throw unapproved(runbook.file, 'the person declined', '');
  const approvals = approvalsOf(world);
  const at = new Date(world.now()).toISOString();
  const scope = answer.startsWith('a') ? 'project' : 'once';
  const latencyMs = world.now() - asked;
  const record = approvalRecord(closure, { scope, how: 'terminal', at, latencyMs });
  const given = await giveForDocument(world, prepared, record);
  await approvals.consume(given);
  return approved(closure, 'terminal', prepared);
}

/** What would run, then the question. `view` shows it again in a pager, as often as the person wants. */
async function answerOf(person: Person, shown: string, question: string): Promise<string> {
  const answers = ['yes', 'no', 'always (exactly this, in this project on this box)'];
  if (!person.view) return await person.choose(`${shown}\n\n${question}`, answers);
  const offered = [...answers, 'view'];
  let answer = await person.choose(`${shown}\n\n${question}`, offered);
  while (answer === 'view') {
    await person.view(shown);
    answer = await person.choose(question, offered);
  }
  return answer;
}

function unapproved(file: string, why: string, old: string, flags?: string): RunbookError {
  const command = `runbook approve ${file}${flags === undefined ? '' : ` ${flags}`}`;
  const same = `--input${flags === undefined ? ', --env-file and --on' : ' and --env-file'}`;
  return runbookError(
    {
      code: 'not-approved',
      message: `Nothing was run: ${why}.${old}`,
      remedy: `Read ${file}, then run "${command}" (with the same ${same}), or add --yes for this one run.`,
      place: { file, line: 1, column: 1 },
    },
    EXIT.person,
  );
}
