import { z } from 'zod';
import type { Learned } from '../../../markdown/record/learned.ts';
import { usageError } from '../../../model/diagnostic.ts';
import { NotSavedRow } from '../answer-rows.ts';
import { writeClaude } from '../save/claude-file.ts';
import { commitFiles } from '../save/commit.ts';
import { type Saved, save } from '../save/save.ts';
import { defineTool } from '../tool.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const Fact = z.object({
  name: z.string().min(1).max(100),
  value: z.union([z.string(), z.number()]),
  unit: z.string().max(40).optional(),
  measured_with: z.string().max(500).optional().describe('the command that measures it'),
  why: z.string().optional(),
});

const Decision = z.object({
  title: z.string().min(1),
  why: z.string().min(1),
  alternatives: z.string().optional(),
});

const Endpoint = z.object({
  name: z.string().min(1),
  target: z.string().min(1).describe('URL or port'),
  check: z.string().optional().describe('a check line'),
});

const Input = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  kind: z.enum(['variable', 'secret']),
  required: z.boolean().default(true),
  default: z.string().optional().describe('never for a secret'),
  purpose: z.string().optional(),
});

const input = z.object({
  dry_run: z.boolean().default(false),
  expected_sha256: z
    .string()
    .nullable()
    .optional()
    .describe('of the file as you know it; null: it must not exist'),
  facts: z.array(Fact).max(100).default([]),
  decisions: z.array(Decision).max(50).default([]),
  endpoints: z.array(Endpoint).max(50).default([]),
  inputs: z.array(Input).max(50).default([]).describe('names of variables; never values of secrets'),
  into: z.enum(['site', 'base']).default('site').describe('for a site: its own document, or the shared base'),
  commit: z.boolean().default(false).describe('git commit what was written'),
});

type Input = z.infer<typeof input>;

/** Folds the work since the last save into the document. */
export const envSave = defineTool({
  dotted: 'env.save',
  title: 'Write down what worked',
  description:
    'Writes the unsaved work into the markdown (env.save): each step whose Verify passed, each solved problem with its Why and Fix, facts, decisions, endpoints, inputs by name. Answers the diff; dry_run writes nothing. not_saved are steps that are not proven, leftovers what only failed attempts changed. While a cleared problem lacks its Why (withheld), steps are not written.',
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  input,
  output: z.object({
    written: z.boolean(),
    diff: z.string(),
    sha256: z.string().nullable(),
    refused: z.string().optional(),
    conflicts: z.array(z.string()),
    steps: z.array(z.string()),
    problems: z.array(z.string()),
    withheld: z.array(z.object({ problem: z.string(), for: z.string(), fix: z.array(z.string()) })),
    not_saved: z.array(NotSavedRow),
    leftovers: z.array(z.object({ attempt: z.string(), change: z.string() })),
    unaccounted: z.array(z.string()),
    also_written: z.array(z.string()),
    commit: z.string().optional(),
    next: z.string(),
  }),
  budget: 24_000,
  run: async (context, given) => {
    const workspace = await openWorkspace(context);
    refuseDeclassified(workspace, given.inputs);
    if (given.into === 'site') refuseShared(workspace, given);
    const today = new Date(context.world.now()).toISOString().slice(0, 10);
    const also = withTypes(workspace, learned(given, today));
    const saved = await save(context, workspace, also, {
      expected: given.expected_sha256,
      dryRun: given.dry_run,
      layer: given.into,
    });
    const { target } = saved.saving;
    const isSite = workspace.document.site !== undefined && given.into === 'site';
    const claude =
      given.dry_run || saved.refused !== undefined || isSite ? [] : await writeClaude(context, target, also);
    const { fold } = saved.saving;
    const files = [...(saved.written ? [target.path] : []), ...claude];
    const commit =
      given.commit && files.length > 0
        ? await commitFiles(workspace.document.folder, files, messageOf(saved))
        : undefined;
    const { written, diff, sha256, refused, conflicts } = saved;
    return {
      ...{ written, diff, sha256, conflicts: [...conflicts] },
      ...(refused === undefined ? {} : { refused }),
      steps: fold.withheld.length > 0 ? [] : fold.steps.map(({ step }) => step),
      problems: fold.problems.map(({ problem }) => problem.id),
      withheld: fold.withheld.map((each) => ({ ...each, fix: [...each.fix] })),
      not_saved: fold.notSaved.map((each) => ({ ...each })),
      leftovers: fold.leftovers.map(({ attempt, change }) => ({
        attempt,
        change: `${change.kind} ${change.subject}: ${change.detail}`,
      })),
      unaccounted: [...fold.unaccounted],
      also_written: claude,
      ...(commit === undefined ? {} : { commit }),
      next: nextOf(workspace, saved),
    };
  },
});

function learned({ facts, decisions, endpoints, inputs }: Input, on: string): Learned {
  return {
    facts: facts.map((each) => ({
      ...{ name: each.name, value: String(each.value), unit: each.unit ?? '', on },
      ...{ command: each.measured_with ?? '', why: each.why ?? '' },
    })),
    decisions: decisions.map((each) => ({ ...each, alternatives: each.alternatives ?? '', date: on })),
    endpoints: endpoints.map((each) => ({ ...each, check: each.check ?? '' })),
    inputs: inputs.map(({ name, kind, required, purpose = '', ...each }) => ({
      ...{ name, kind, required, purpose },
      default: kind === 'secret' ? '' : (each.default ?? ''),
    })),
  };
}

/** The kind `variable` of an agent does not replace the type that a row has: `port(1024..)` is a variable too. */
function withTypes({ document }: Workspace, { inputs = [], ...more }: Learned): Learned {
  const types = new Map(
    document.runbook.inputs.map(({ name, kind, type }) => [`${kind} ${name}`, type?.written]),
  );
  return {
    ...more,
    inputs: inputs.map((each) => ({ ...each, kind: types.get(`${each.kind} ${each.name}`) ?? each.kind })),
  };
}

/** A secret becomes a variable by a person's word only: every mask and every refusal hangs on its kind. */
function refuseDeclassified({ document }: Workspace, inputs: Input['inputs']): void {
  const secrets = document.runbook.inputs.filter(({ kind }) => kind === 'secret');
  const changed = inputs.find(
    ({ name, kind }) => kind === 'variable' && secrets.some((each) => each.name === name),
  );
  if (!changed) return;
  throw usageError(
    'secret-to-variable',
    `${changed.name} is a secret in ${document.file} and cannot become a variable here.`,
    'Leave its kind as it is, or ask a person to edit the row in the document.',
  );
}

/** @throws RunbookError 64 for what the base keeps for all sites */
function refuseShared({ document }: Workspace, { decisions, endpoints }: Input): void {
  if (!document.site || decisions.length + endpoints.length === 0) return;
  throw usageError(
    'site-section',
    `A site holds no decisions and endpoints. ${document.site.base.file} holds them for all sites.`,
    'Save them with into: "base".',
  );
}

/** One line that says what was learned. */
function messageOf({ saving: { fold } }: Saved): string {
  const steps = fold.steps.map(({ body }) => body.title);
  const problems = fold.problems.map(({ problem, fix }) => problem.title ?? fix[0]?.body.title ?? problem.id);
  const said = [
    ...(steps.length > 0 ? [`proven: ${steps.join(', ')}`] : []),
    ...(problems.length > 0 ? [`solved: ${problems.join(', ')}`] : []),
  ];
  return said.length > 0
    ? `Runbook: ${said.join('; ')}`.slice(0, 300)
    : 'Runbook: what was measured and decided';
}

/** What is missing for a first document. */
function nothingToSave({ notSaved }: Saved['saving']['fold']): string {
  const unproven = notSaved[0];
  return unproven
    ? `Nothing was written, since no step is proven yet: revise ${unproven.step} with apply_step {step, draft} until its Verify passes.`
    : 'Nothing was written, since no step has run yet: begin with apply_step, a draft with a Verify that fails before it and passes after it.';
}

function nextOf(workspace: Workspace, { saving: { fold, empty }, conflicts, refused }: Saved): string {
  if (refused !== undefined) return refused;
  if (conflicts.length > 0) {
    return `A person edited ${conflicts.join(', ')} since you revised it: read it with runbook_read, revise it again, then save.`;
  }
  const first = fold.withheld[0];
  if (first)
    return `${first.problem} lacks its Why: problem_resolve {"problem":"${first.problem}","why":"…"}; then save again.`;
  if (empty && !workspace.document.exists) return nothingToSave(fold);
  if (fold.leftovers.length + fold.unaccounted.length > 0) {
    return `Prove it on a clean box (runbook replay ${workspace.document.file}): leftovers and unaccounted changes may be what makes it work here.`;
  }
  return fold.notSaved.length > 0
    ? 'What is in not_saved is not written: give it a Verify that passes, or leave it.'
    : `Everything that was proven is written. On a clean box: runbook replay ${workspace.document.file}.`;
}
