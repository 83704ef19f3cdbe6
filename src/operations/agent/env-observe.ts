import { z } from 'zod';
import { hasFailed } from '../../model/attempt.ts';
import type { Evidence } from '../../model/finding.ts';
import { SCOPE_NAMES, SCOPES, type Snapshot } from '../../model/snapshot.ts';
import { compareSnapshots } from '../../observe/compare.ts';
import { wrong } from './body.ts';
import { type Desk, openDesk } from './desk.ts';
import { type Diagnosis, runChecklist } from './diagnosis.ts';
import { defineTool } from './tool.ts';
import { look, unaccountedSince } from './watch.ts';

/** Facts of one scope that are shown: of all scopes at once few, of those asked for more. */
const SHOWN = { all: 8, asked: 60 } as const;

const row = z.looseObject({});

const input = z.object({
  scopes: z
    .array(z.enum(SCOPE_NAMES))
    .optional()
    .describe(`default all: ${Object.keys(SCOPES).join(', ')}`),
  compare_to: z.string().optional().describe('a snapshot id; default: the look before this one'),
  namespace: z.string().optional(),
  box: z.string().optional(),
});

/** Measures the box now: findings first, then what changed, then the facts. */
export const envObserve = defineTool({
  name: 'env_observe',
  dotted: 'env.observe',
  title: 'Look at the box',
  description:
    'Measures this box now and changes nothing (env.observe): listeners with their owners, processes, services, packages, disk, memory, limits, edited files in /etc, users, logs. findings come first, ranked, the mundane cause first, each citing evidence ids that a hypothesis can cite; then what changed since the last look (or compare_to), and unaccounted: what changed that no step did, which a clean box would lack. Call it before you change anything, and whenever a step fails.',
  toolset: 'core',
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  effect: 'read',
  input,
  output: z.object({
    snapshot: z.string(),
    at: z.string(),
    about: z.string(),
    findings: z.array(row),
    changed: z.array(row),
    compared_to: z.string().optional(),
    unaccounted: z.array(row),
    facts: z.record(z.string(), z.array(row)),
    counts: z.record(z.string(), z.number()),
    unavailable: z.array(row),
    next: z.string(),
  }),
  budget: 16_000,
  run: async (context, { scopes, compare_to, box }) => {
    const desk = await openDesk(context, box);
    const { store, document } = desk;
    const last = store.of('snapshot').at(-1)?.snapshot;
    const before = await store.snapshot(compare_to ?? last);
    if (compare_to !== undefined && !before) {
      const known = store
        .of('snapshot')
        .slice(-5)
        .map(({ snapshot }) => snapshot);
      throw wrong(
        'unknown-snapshot',
        `There is no snapshot ${JSON.stringify(compare_to.slice(0, 60))}.`,
        `The last ones are: ${known.join(', ') || 'none yet'}.`,
      );
    }
    const snapshot = await look(context.world, document.folder, store, {
      reason: 'observe',
      ...(scopes ? { scopes } : {}),
    });
    const { about, diagnosis } = await explain(desk, snapshot, context.world);
    await note(desk, snapshot, diagnosis, scopes === undefined);
    const changed = before ? compareSnapshots(before, snapshot) : [];
    const unaccounted = await unaccountedSince(store, snapshot);
    return {
      snapshot: snapshot.id,
      at: snapshot.at,
      about,
      findings: diagnosis.findings.map(({ code, title, evidence, remedy }) => ({
        code,
        title,
        evidence,
        remedy,
      })),
      changed: changed.map(({ scope, kind, subject, detail, evidence }) => ({
        scope,
        kind,
        subject,
        detail,
        evidence,
      })),
      ...(before ? { compared_to: before.id } : {}),
      unaccounted: unaccounted.map(({ scope, kind, subject, detail }) => ({ scope, kind, subject, detail })),
      ...shownFacts(snapshot, scopes === undefined ? SHOWN.all : SHOWN.asked),
      unavailable: snapshot.unavailable,
      next: nextOf(diagnosis, unaccounted.length),
    };
  },
});

/** The last failure that is not solved gives the words to look for; without one the box speaks for itself. */
async function explain(
  { store, document }: Desk,
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
    },
    place,
  );
  return { about: `${failure.attempt} (${failure.step}), ${failure.problem ?? ''}`, diagnosis };
}

/** What a guard asks for: that the box was looked at, when, and which findings stood then. */
async function note(
  { store }: Desk,
  snapshot: Snapshot,
  { findings, evidence }: Diagnosis,
  whole: boolean,
): Promise<void> {
  const known = new Set(store.loop.evidence.map(({ id }) => id));
  const observation: Evidence = {
    id: snapshot.id,
    kind: 'observation',
    summary: `observed ${snapshot.scopes.join(', ')}`,
    at: snapshot.at,
    // A look at some scopes does not show that a finding is gone.
    data: whole ? { findings: findings.map(({ code, subject }) => ({ code, subject })) } : {},
  };
  const fresh = evidence.filter(({ id }) => !known.has(id));
  await store.append(
    ...[observation, ...fresh].map((each) => ({ kind: 'evidence', evidence: each }) as const),
  );
}

/** The most relevant of each scope; the counts tell how many there are. */
function shownFacts({ facts, more }: Snapshot, most: number) {
  const rows = Object.entries(facts);
  return {
    facts: Object.fromEntries(
      rows
        .filter(([scope]) => most > SHOWN.all || scope !== 'packages')
        .map(([scope, all]) => [scope, all.slice(0, most)]),
    ),
    counts: Object.fromEntries(
      rows.map(([scope, all]) => [scope, all.length + (more[scope as keyof typeof more] ?? 0)]),
    ),
  };
}

function nextOf({ findings }: Diagnosis, unaccounted: number): string {
  const first = findings[0];
  if (first) return `Start with findings[0]: ${first.remedy}`;
  if (unaccounted > 0) return 'Something changed that no step did (unaccounted): make it a step, or undo it.';
  return 'Nothing stands out. Ask for single scopes to see more of them.';
}
