import { z } from 'zod';
import { hasFailed } from '../../../loop/attempt.ts';
import { usageError } from '../../../model/diagnostic.ts';
import { SCOPE_NAMES, type Snapshot } from '../../../model/facts/snapshot.ts';
import type { Evidence } from '../../../model/finding.ts';
import { compareSnapshots } from '../../../observe/compare.ts';
import { measurementsOf, observeClusterOf } from '../../session/cluster-observation.ts';
import { AnswerChangeRow, AnswerFindingRow } from '../answer-rows.ts';
import { type Diagnosis, runChecklist } from '../diagnosis.ts';
import { scopesOf } from '../scope-words.ts';
import { factsFrom, readCursor, shownFacts } from '../shown-facts.ts';
import { defineTool } from '../tool.ts';
import { observeNow, unaccountedSince } from '../watch.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

const input = z.object({
  scopes: z
    .array(z.string().max(60))
    .optional()
    .describe(`default all: ${SCOPE_NAMES.join(', ')}`),
  compare_to: z.string().optional().describe('a snapshot id; default: the previous observation'),
  namespace: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .optional()
    .describe('of the cluster; default all that a person allowed'),
  active: z
    .boolean()
    .optional()
    .describe('also call the HTTP probes of failing pods, and read CPU throttling'),
  cursor: z
    .string()
    .max(100)
    .optional()
    .describe('of an earlier answer: more of its facts, without a new observation'),
  box: z.string().optional(),
});

/** Measures the box now: findings first, then what changed, then the facts. */
export const envObserve = defineTool({
  dotted: 'env.observe',
  title: 'Observe the box',
  description:
    'Measures this box and its cluster and changes nothing (env.observe). findings come first, the ordinary cause first, each citing evidence ids for a hypothesis; then what changed since the last observation (or compare_to), what changed that no step did (unaccounted), and the facts. Call it before you change anything, and whenever a step fails.',
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  input,
  output: z.object({
    snapshot: z.string(),
    at: z.string(),
    about: z.string(),
    scopes: z.array(z.string()).optional(),
    findings: z.array(AnswerFindingRow),
    changed: z.array(AnswerChangeRow),
    compared_to: z.string().optional(),
    unaccounted: z.array(AnswerChangeRow),
    /** By scope; each scope has its own fields (model/facts/snapshot). */
    facts: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
    counts: z.record(z.string(), z.number()),
    next_facts: z.record(z.string(), z.string()),
    unavailable: z.array(z.object({ scope: z.string(), reason: z.string() })),
    next: z.string(),
  }),
  budget: 16_000,
  run: async (context, { scopes: words, compare_to, box, namespace, active, cursor }) => {
    const scopes = scopesOf(words);
    const workspace = await openWorkspace(context, box);
    if (cursor !== undefined) return await moreFacts(workspace, cursor);
    const { store, document } = workspace;
    const last = store.of('snapshot').at(-1)?.snapshot;
    const before = await store.snapshot(compare_to ?? last);
    if (compare_to !== undefined && !before) throw unknownSnapshot(workspace, compare_to);
    const asked = scopes?.includes('kubernetes') ?? false;
    const cluster = () =>
      observeClusterOf(context.world, document.folder, document.runbook.frontMatter.env, {
        ...{ namespace, active, asked: asked || namespace !== undefined, signal: context.signal },
      });
    const snapshot = await observeNow(context.world, document.folder, store, {
      reason: 'observe',
      ...(scopes ? { scopes } : {}),
      ...(asked || scopes === undefined ? { cluster } : {}),
    });
    const { about, diagnosis } = await explain(workspace, snapshot, context.world);
    await note(workspace, snapshot, diagnosis, scopes === undefined && namespace === undefined);
    const changed = before ? compareSnapshots(before, snapshot) : [];
    const unaccounted = await unaccountedSince(store, snapshot);
    return {
      snapshot: snapshot.id,
      at: snapshot.at,
      about,
      ...(scopes ? { scopes } : {}),
      findings: AnswerFindingRow.array().parse(diagnosis.findings),
      changed: AnswerChangeRow.array().parse(changed),
      ...(before ? { compared_to: before.id } : {}),
      unaccounted: unaccounted.map(({ scope, kind, subject, detail }) => ({ scope, kind, subject, detail })),
      ...shownFacts(snapshot, scopes !== undefined),
      unavailable: snapshot.unavailable,
      next: nextOf(diagnosis, unaccounted.length, snapshot),
    };
  },
});

/** The next facts of a snapshot that is kept. */
async function moreFacts(workspace: Workspace, cursor: string) {
  const snapshot = await workspace.store.snapshot(readCursor(cursor)?.snapshot);
  const page = snapshot && factsFrom(snapshot, cursor);
  if (!page) {
    throw usageError(
      'unknown-cursor',
      'This cursor does not exist.',
      'Use a value of next_facts that env_observe returned.',
    );
  }
  return {
    snapshot: snapshot.id,
    at: snapshot.at,
    about: 'more facts of that observation',
    ...{ findings: [], changed: [], unaccounted: [], unavailable: [] },
    ...page,
    next: '',
  };
}

function unknownSnapshot({ store }: Workspace, wanted: string) {
  const known = store
    .of('snapshot')
    .slice(-5)
    .map(({ snapshot }) => snapshot);
  return usageError(
    'unknown-snapshot',
    `The snapshot ${JSON.stringify(wanted.slice(0, 60))} does not exist.`,
    `The last snapshots: ${known.join(', ') || 'none yet'}.`,
  );
}

/** The last failure that is not solved gives the words to look for; without one the box speaks for itself. */
async function explain(
  { store, document }: Workspace,
  snapshot: Snapshot,
  world: Parameters<typeof runChecklist>[1]['world'],
): Promise<{ about: string; diagnosis: Diagnosis }> {
  const open = store.loop.problems.filter(({ state }) => state === 'open' || state === 'stopped');
  const failure = store.loop.attempts.findLast(
    (each) => hasFailed(each) && open.some(({ id }) => id === each.problem),
  );
  const place = { world, folder: document.folder, store };
  if (!failure) {
    const input = { attempt: snapshot.id, at: snapshot.at, output: '', checks: [], snapshot };
    return { about: 'the box', diagnosis: await runChecklist(input, place) };
  }
  const end = failure.exitCode === null ? {} : { end: { kind: 'exit', code: failure.exitCode } as const };
  const diagnosis = await runChecklist(
    {
      attempt: failure.attempt,
      at: snapshot.at,
      startedAt: new Date(failure.startedAt).toISOString(),
      ...end,
      output: failure.outputTail,
      checks: failure.checks,
      step: { text: failure.body.run.map(({ text }) => text).join('\n') },
      snapshot,
      measurements: measurementsOf(document.runbook),
    },
    place,
  );
  return { about: `${failure.attempt} (${failure.step}), ${failure.problem ?? ''}`, diagnosis };
}

/** What a guard needs: that the box was observed, when, and which findings there were. */
async function note(
  { store }: Workspace,
  snapshot: Snapshot,
  { findings, evidence, unchecked }: Diagnosis,
  whole: boolean,
): Promise<void> {
  const known = new Set(store.loop.evidence.map(({ id }) => id));
  const observation: Evidence = {
    id: snapshot.id,
    kind: 'observation',
    summary: `observed ${snapshot.scopes.join(', ')}`,
    at: snapshot.at,
    // A look at some scopes does not show that a finding is gone.
    data: whole ? { findings: findings.map(({ code, subject }) => ({ code, subject })), unchecked } : {},
  };
  const fresh = evidence.filter(({ id }) => !known.has(id));
  await store.append(
    ...[observation, ...fresh].map((each) => ({ kind: 'evidence', evidence: each }) as const),
  );
}

function nextOf(
  { findings }: Diagnosis,
  unaccounted: number,
  { unavailable }: Pick<Snapshot, 'unavailable'>,
): string {
  const first = findings[0];
  if (first) return `Start with findings[0]: ${first.remedy}`;
  if (unaccounted > 0) return 'Something changed without a step (unaccounted). Make it a step, or undo it.';
  if (unavailable.length > 0)
    return `Nothing unusual in what could be measured; not measured (unavailable): ${[...new Set(unavailable.map(({ scope }) => scope))].join(', ')}.`;
  return 'Nothing unusual. Request single scopes to see more of them.';
}
