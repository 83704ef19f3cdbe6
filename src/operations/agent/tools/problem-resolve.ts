import { z } from 'zod';
import { CULPRIT_ADVICE, type FoldedProblem, foldProblems } from '../../../loop/fold-problems.ts';
import type { ProblemRecord } from '../../../loop/loop.ts';
import { withRecord } from '../../../loop/loop-state.ts';
import { moveRefusal, type ProblemMove } from '../../../loop/problem-life.ts';
import { usageError } from '../../../model/diagnostic.ts';
import { CAUSES } from '../../../model/finding.ts';
import type { CheckResult } from '../../../model/outcome.ts';
import { passOf } from '../../pass/open.ts';
import { openSession } from '../../session/session.ts';
import { refuseLiteralIds } from '../attempt/refuse-literal-ids.ts';
import { evaluateLines, readProbeLines } from '../probe-lines.ts';
import { culpritChecks } from '../save/culprit-checks.ts';
import { asInlineCode } from '../save/learned-of.ts';
import { save } from '../save/save.ts';
import { whyNotTried } from '../save/why-not-tried.ts';
import { type AgentContext, defineTool } from '../tool.ts';
import { withSteps } from '../working.ts';
import { openWorkspace, type Workspace, withoutOutput } from '../workspace.ts';

const input = z.object({
  problem: z.string().max(100),
  why: z.string().optional().describe('why it happened, for a reader who was not there'),
  cause: z.enum(CAUSES).optional(),
  drop: z.string().optional().describe('instead of a Why: the reason to leave it out'),
  same_as: z.string().optional().describe('id of the problem that this one is'),
  title: z.string().max(200).optional(),
  symptom: z.string().max(500).optional().describe('the text to look for; default: the error of the failure'),
  fix: z.array(z.string()).optional().describe('attempt ids; default: what succeeded since it opened'),
  verify: z
    .array(z.string())
    .optional()
    .describe('check lines that test for the obstacle; default: those of the fix'),
  expected_sha256: z.string().nullable().optional(),
});

type Input = z.infer<typeof input>;

/** Gives a solved problem its Why and writes it; or drops it; or says that it is another one. */
export const problemResolve = defineTool({
  dotted: 'problem.resolve',
  title: 'Explain a problem',
  description:
    'Gives a cleared problem its Why and writes it, with Symptom, Fix and Verify, where a later pass needs it (problem.resolve). Say the mechanism, not the history. Its Verify must test for the obstacle, not for the goal: "not port 80 owner nginx" rather than "port 80 free". drop with a reason leaves it out; same_as merges it into another.',
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  input,
  output: z.object({
    problem: z.string(),
    state: z.string(),
    written: z.boolean(),
    diff: z.string(),
    sha256: z.string().nullable(),
    fix: z.array(z.string()),
    verify: z.array(z.string()),
    next: z.string(),
  }),
  budget: 16_000,
  run: async (context, given) => {
    const workspace = await openWorkspace(context);
    const { title = '', symptom = '', verify = [] } = given;
    refuseLiteralIds([title, symptom, ...verify], context.world.now());
    const problem = findProblem(workspace, given.problem);
    const fix = await decide(context, workspace, problem, given);
    const saved = await save(context, workspace, {}, { expected: given.expected_sha256 });
    const { withheld } = saved.saving.fold;
    const now = workspace.store.loop.problems.find(({ id }) => id === (given.same_as ?? problem.id));
    return {
      problem: problem.id,
      state: given.same_as === undefined ? (now?.state ?? '') : 'merged',
      written: saved.written,
      diff: saved.diff,
      sha256: saved.sha256,
      fix: [...(fix?.attempts ?? [])],
      verify: [...(fix?.verify ?? [])],
      next:
        saved.refused ??
        (withheld[0]
          ? `${withheld[0].problem} still needs its Why.`
          : 'Continue; env_save writes the rest, with facts and decisions.'),
    };
  },
});

/** @throws RunbookError 64 for an id that no problem has */
export function findProblem({ store }: Workspace, id: string): ProblemRecord {
  const problem = store.loop.problems.find((each) => each.id === id);
  if (problem) return problem;
  const ids = store.loop.problems.map((each) => `${each.id} (${each.state})`);
  throw usageError(
    'unknown-problem',
    `The problem ${JSON.stringify(id.slice(0, 100))} does not exist.`,
    `Existing problems: ${ids.join(', ') || 'none'}.`,
  );
}

interface Decided {
  readonly attempts: readonly string[];
  readonly verify: readonly string[];
}

/** Journals what was said of the problem; for a Why, after its Verify was held against the box. */
async function decide(
  context: AgentContext,
  workspace: Workspace,
  problem: ProblemRecord,
  given: Input,
): Promise<Decided | undefined> {
  if (given.drop !== undefined) return await move(workspace, problem, { to: 'dropped', reason: given.drop });
  if (given.same_as !== undefined)
    return await move(workspace, problem, { to: 'merged', into: given.same_as });
  const why = given.why ?? problem.why ?? '';
  if (why.trim() === '') {
    throw usageError(
      'no-why',
      'A problem needs a Why to be resolved.',
      'Give why: what causes it, in one or two sentences. Or drop it with a reason.',
    );
  }
  // Said again, the same: nothing to add.
  const isRepeated = [given.title, given.symptom, given.fix, given.verify].every(
    (each) => each === undefined,
  );
  if (problem.state === 'resolved' && problem.why === why && isRepeated)
    return { attempts: problem.fix ?? [], verify: problem.verify ?? [] };
  refuseMove(workspace, problem, 'resolved');
  const { cause, title, symptom, fix } = given;
  const said: ProblemMove = {
    to: 'resolved',
    why,
    ...(cause === undefined ? {} : { cause }),
    ...(title === undefined ? {} : { title }),
    ...(symptom === undefined ? {} : { symptom }),
    ...(fix === undefined ? {} : { fix }),
  };
  try {
    const folded = foldedWith(workspace, problem, said);
    const attempts = folded?.fix.map(({ attempt }) => attempt) ?? [];
    refuseStrangeFix(problem, fix, attempts);
    const verify = attempts.length > 0 ? await obstacleChecks(context, workspace, folded!, given.verify) : [];
    if (folded && attempts.length > 0) await refuseUntried(workspace, folded, given, verify);
    await move(workspace, problem, { ...said, verify });
    return { attempts, verify };
  } catch (error) {
    // What was said of the cause need not be said again.
    await move(workspace, problem, { to: 'explained', why, cause });
    throw error;
  }
}

/** What the agent says of the Fix must fit what the journal saw. */
async function refuseUntried(
  workspace: Workspace,
  folded: FoldedProblem,
  { symptom = '' }: Input,
  verify: readonly string[],
): Promise<void> {
  const found = await whyNotTried(workspace, folded, { symptom: asInlineCode(symptom) ?? '', verify });
  if (found) throw usageError(found.code, found.message, `The Why is kept. ${found.remedy}`);
}

function refuseStrangeFix(
  { id }: ProblemRecord,
  fix: readonly string[] | undefined,
  attempts: readonly string[],
): void {
  const missing = fix?.find((each) => !attempts.includes(each));
  if (missing === undefined) return;
  throw usageError(
    'not-a-fix',
    `A fix must be an attempt that succeeded while ${id} was open. ${missing} is not one.`,
    `Use one of: ${attempts.join(', ') || 'none'}.`,
  );
}

async function move(workspace: Workspace, problem: ProblemRecord, said: ProblemMove): Promise<undefined> {
  refuseMove(workspace, problem, said.to, said.to === 'merged' ? said.into : undefined);
  await workspace.store.append({ kind: 'problem', problem: problem.id, move: said });
}

function refuseMove({ store }: Workspace, { id }: ProblemRecord, to: ProblemMove['to'], into?: string): void {
  const refused = moveRefusal(store.loop.problems, id, { to, into });
  if (refused !== undefined)
    throw usageError(
      'not-possible-now',
      refused,
      'Call runbook_read: it shows the state of every problem and the next step.',
    );
}

/** The problem as it would be folded if this were said of it. */
function foldedWith(
  { store, document, box }: Workspace,
  { id }: ProblemRecord,
  said: ProblemMove,
): FoldedProblem | undefined {
  const record = { kind: 'problem', problem: id, move: said, seq: Number.MAX_SAFE_INTEGER, at: 0 } as const;
  const { problems, attempts } = withRecord(store.loop, record);
  const documented = new Set(document.runbook.steps.map((each) => each.id));
  const own = {
    attempts: attempts.filter((each) => each.box === box.id),
    problems,
    documented,
    unaccounted: [],
  };
  return foldProblems(own).problems.find(({ problem }) => problem.id === id);
}

/**
 * The checks that detect the obstacle: they did not pass before the fix, and they pass now that the step has what it wants.
 * In order: those that were given or that the fix has, its shell checks, and one that names the process which held the port.
 * Without any, the Fix is written without a Verify: it is shown, and applied by people only.
 */
async function obstacleChecks(
  context: AgentContext,
  workspace: Workspace,
  folded: FoldedProblem,
  given: readonly string[] | undefined,
): Promise<string[]> {
  const { verify, problem } = folded;
  const typed =
    given ?? verify.filter((each) => !each.shell && each.failedBefore !== 'no').map(({ check }) => check);
  const answers = await evaluateProblemChecks(context, workspace, typed);
  const good = passing(answers);
  if (good.length > 0) return good;
  const shell = verify.filter(
    (each) => each.shell && each.failedBefore === 'yes' && each.holdsAfter !== 'no',
  );
  if (given === undefined && shell.length > 0) return shell.map(({ check }) => check);
  const culprits = passing(
    await evaluateProblemChecks(context, workspace, await culpritChecks(workspace, problem)),
  );
  if (given === undefined) return culprits.slice(0, 1);
  const said = answers.map(({ check, observed }) => `\`${check}\` does not hold now (${observed})`);
  throw usageError(
    'no-obstacle-check',
    `The Verify of ${problem.id} must be a check that holds now and did not hold before the fix: ${said.join('; ') || 'the lines contain no typed check'}.`,
    culprits.length > 0
      ? `The Why is kept; give verify: ${JSON.stringify(culprits)}`
      : `The Why is kept; omit verify to save the fix as it is. ${CULPRIT_ADVICE}`,
  );
}

function passing(answers: readonly CheckResult[]): string[] {
  return answers.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check);
}

/** Lines without a deadline: what does not hold now is not waited for. */
async function evaluateProblemChecks(
  context: AgentContext,
  workspace: Workspace,
  lines: readonly string[],
): Promise<CheckResult[]> {
  if (lines.length === 0) return [];
  const checks = readProbeLines([...new Set(lines.map((each) => each.replace(/\s+within\s+\S+$/, '')))]);
  const operation = withoutOutput(context);
  const session = await openSession(operation, withSteps(workspace.document, []), { input: {} });
  try {
    const pass = passOf(operation, session);
    return await evaluateLines(checks, { pass, state: { variables: new Map() }, signal: context.signal });
  } finally {
    await session.box.close();
  }
}
