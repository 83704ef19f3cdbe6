import type { Action } from '../../model/action.ts';
import type { BackgroundProcess } from '../../model/box.ts';
import { type CheckResult, type Failure, isInterruption } from '../../model/outcome.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { ShellState } from '../../model/shell.ts';
import { perform } from './actions/perform.ts';
import type { FenceFailure } from './actions/performing.ts';
import { assertAll, type CheckContext, type CheckQuestion, evaluateOnce, questionOf } from './checks.ts';
import { explain } from './explain.ts';
import { failAnswersOfOthers, listenersBefore } from './listener-before.ts';
import { StepOutput } from './output.ts';
import type { Pass } from './pass.ts';
import { isFixAllowed, matchingProblems } from './problems.ts';
import { questionsOf } from './questions.ts';
import { wholeOutput } from './whole-output.ts';

/** Of a background fence's log; the rest stays in the file. */
const KEPT_LOG_BYTES = 16 * 1024;

/** How a try at a step ended: it holds, or it failed and why. */
export type StepResult =
  | { readonly ok: true; readonly checks: readonly CheckResult[] }
  | { readonly ok: false; readonly failure: Failure; readonly ofFix?: true };

/** The work of one step in one pass: obstacles, fences, fixes, checks, and the state and output that they leave. */
export class StepWork {
  readonly output: StepOutput;
  /** Ids of the problems whose Fix was applied. */
  readonly fixes: string[] = [];
  /** What its background fences left running, by the fence's position. */
  readonly background = new Map<number, BackgroundProcess>();
  /** Ids of the problems that matched but are not the obstacle. */
  readonly #cleared = new Set<string>();
  readonly #startedMs: number;
  #lastActionEnd: number;
  /** Who listened on the box before the step first acted. */
  #listenersBefore: Awaited<ReturnType<typeof listenersBefore>> | undefined;
  /**
   * Processes of an earlier pass, until the step starts again: an edit may have moved their fence to another position.
   */
  readonly #stale: BackgroundProcess[] = [];

  constructor(
    private readonly pass: Pass,
    private readonly planned: PlanStep,
    public state: ShellState,
  ) {
    this.output = new StepOutput(pass.masker, (text) =>
      pass.emit({ type: 'output', step: planned.step.id, text }),
    );
    this.#lastActionEnd = pass.now();
    this.#startedMs = pass.now();
    const known = pass.journal.memory.get(planned.step.id)?.background ?? [];
    for (const { fence, ...process } of known) {
      this.background.set(fence, process);
      this.#stale.push(process);
    }
  }

  /** Tries, and after each failure applies the first matching recorded problem, once each. */
  async attempt(): Promise<StepResult> {
    const start = this.state;
    let attempt = await this.#attemptOnce();
    while (!attempt.ok && !isInterruption(attempt.failure)) {
      attempt = { ...attempt, failure: await this.#explained(attempt.failure) };
      const known = await matchingProblems(this.pass, attempt.failure, this.output.text);
      // Never on the failure of a Fix: two that undo each other would take turns for ever.
      const problem = attempt.ofFix ? undefined : await this.#firstStanding(known);
      if (!problem) return { ok: false, failure: this.#withKnown(attempt.failure, known) };
      const failed = this.state;
      const failure = await this.pass.gate.alone(() => this.#fix(problem, 'reactive'));
      if (failure) return { ok: false, failure: this.#withKnown(failure, known) };
      attempt = (await this.#holdsNow()) ?? (await this.#again(changedOver(start, failed, this.state)));
    }
    return attempt;
  }

  /** Ends with the pass what a killed one could not end; for a step that is skipped. */
  adoptBackground(): void {
    for (const [index, action] of this.planned.step.actions.entries()) {
      const process = this.background.get(index);
      if (process && action.kind === 'shell' && action.background === 'pass')
        this.pass.endWithPass.add(process);
    }
  }

  /** Carries out fences in order, to the first that fails. */
  async perform(actions: readonly Action[]): Promise<Failure | undefined> {
    for (const action of actions) {
      const index = this.#indexOf(action);
      const performed = await perform(action, {
        pass: this.pass,
        step: this.planned.step.id,
        state: this.state,
        output: this.output,
        signal: this.pass.signal,
        log: this.pass.backgroundLog(this.planned.step.id, index),
        previous: this.#previous(action, index),
      });
      this.#lastActionEnd = this.pass.now();
      if (!performed.ok) return this.failure(performed.failure, []);
      this.state = performed.state;
      if (performed.background) this.#noteBackground(index, performed.background, action);
    }
    return undefined;
  }

  /** The position of a fence in its step; a Fix's fence gets a number that no other has. */
  #indexOf(action: Action): number {
    const index = this.planned.step.actions.indexOf(action);
    return index >= 0 ? index : -1 - action.span.start;
  }

  /** Verify, file fences and background processes: everything that shows whether the step holds. */
  questions(): CheckQuestion[] {
    const asking = { ...this.asking, output: this.output.lastFence };
    return questionsOf(this.planned.step, asking, this.background);
  }

  /** Evaluates once, and reports. */
  async ask(phase: 'before' | 'after', questions: readonly CheckQuestion[]): Promise<CheckResult[]> {
    const checks = await evaluateOnce(questions);
    this.#report(phase, checks);
    return checks;
  }

  get asking(): CheckContext {
    return { pass: this.pass, state: this.state, signal: this.pass.signal };
  }

  /** A failure with what the step has said so far. */
  failure(failure: FenceFailure, checks: readonly CheckResult[]): Failure {
    const message = this.pass.masker.mask(failure.message);
    const whole = wholeOutput(this.pass, this.planned.step.id, this.output);
    return { ...failure, message, outputTail: this.output.tail, ...whole, checks, knownProblems: [] };
  }

  async #attemptOnce(): Promise<StepResult> {
    this.#listenersBefore ??= await listenersBefore(this.questions(), this.planned.step, this.pass);
    const before = await this.#clearObstacles(this.planned.obstaclesBefore);
    if (before) return { ok: false, failure: before, ofFix: true };
    const failure = await this.perform(this.planned.step.actions);
    if (failure) return { ok: false, failure };
    const after = await this.#clearObstacles(this.planned.obstaclesAfter);
    if (after) return { ok: false, failure: after, ofFix: true };
    return this.#assert(this.#ownQuestions(), 'Its Verify does not hold');
  }

  /** Its actions repeat from where they began, with what the Fix exported: `cd sub` twice would fail. */
  async #again(state: ShellState): Promise<StepResult> {
    this.state = state;
    return this.#attemptOnce();
  }

  /** After a Fix the step's Verify is asked; its actions repeat only if that fails. */
  async #holdsNow(): Promise<StepResult | undefined> {
    const questions = this.#ownQuestions();
    if (!questions.some((question) => question.covering)) return undefined;
    const checks = await this.ask('after', questions);
    return checks.every((check) => check.verdict === 'pass') ? { ok: true, checks } : undefined;
  }

  /** The questions after acting: what a process answers that was there before does not count. */
  #ownQuestions(): CheckQuestion[] {
    const { pass, planned } = this;
    return failAnswersOfOthers(this.questions(), {
      step: planned.step,
      pass,
      before: this.#listenersBefore ?? [],
    });
  }

  async #explained(failure: Failure): Promise<Failure> {
    const { text: output } = this.output;
    const tried = { failure, output, startedMs: this.#startedMs };
    const findings = await explain(this.pass, this.planned.step, tried);
    return findings && findings.length > 0 ? { ...failure, findings } : failure;
  }

  /** Output of its background fences, which is in their logs: if the step fails, it often shows why. */
  async #gatherLogs(): Promise<void> {
    for (const { log } of this.background.values()) {
      const said = log === '/dev/null' ? undefined : await this.pass.box.read(log).catch(() => undefined);
      if (!said || said.length === 0) continue;
      this.output.begin();
      this.output.push(said.subarray(-KEPT_LOG_BYTES));
      this.output.end();
    }
  }

  /** Says that the output of a background process, which often shows the cause, was not kept. */
  #unheard(): string {
    if (![...this.background.values()].some(({ log }) => log === '/dev/null')) return '';
    return ' The output of its background process is not kept, because this document has secrets.';
  }

  async #assert(questions: readonly CheckQuestion[], message: string): Promise<StepResult> {
    const checks = await assertAll(questions, this.asking, this.#lastActionEnd);
    this.#report('after', checks);
    const bad = checks.filter((check) => check.verdict !== 'pass');
    const first = bad.find((check) => check.verdict === 'fail') ?? bad[0];
    if (!first) return { ok: true, checks };
    await this.#gatherLogs();
    const kind = this.pass.signal.aborted
      ? 'aborted'
      : bad.some((check) => check.class === 'disconnected')
        ? 'disconnected'
        : first.verdict === 'fail'
          ? 'checks'
          : 'unknown-verdict';
    return {
      ok: false,
      failure: this.failure(
        {
          kind,
          message: `${message}: ${bad.length} of ${checks.length} checks did not pass, such as: ${first.check}`,
          remedy: `Fix the cause and run the same command again. If you fixed it by hand, add --accept ${this.planned.step.id}.${this.#unheard()}`,
          place: first.place,
        },
        checks,
      ),
    };
  }

  /** In-pass problems: anything but a pass of their own Verify applies their Fix. */
  async #clearObstacles(ids: readonly string[]): Promise<Failure | undefined> {
    for (const id of ids) {
      const problem = this.pass.plan.problems.find((each) => each.step.id === id);
      if (!problem || (await this.#isClear(problem))) continue;
      const failure = await this.#fix(problem, 'in-pass');
      if (failure) return failure;
    }
    return undefined;
  }

  async #firstStanding(known: readonly PlanStep[]): Promise<PlanStep | undefined> {
    for (const problem of known) {
      const clear = await this.#isClear(problem);
      if (clear) this.#cleared.add(problem.step.id);
      else if (isFixAllowed(this.pass, this.planned, problem)) return problem;
    }
    return undefined;
  }

  /** Nothing to fix: its When does not hold (or is unknown), or its Verify passes. */
  async #isClear({ step: problem }: PlanStep): Promise<boolean> {
    const when = await evaluateOnce(problem.when.map((check) => questionOf(check, this.asking)));
    if (when.some((check) => check.verdict !== 'pass')) return true;
    const questions = problem.verify.map((check) => questionOf(check, this.asking));
    const checks = await this.ask(
      'before',
      questions.filter((question) => !question.after),
    );
    return checks.length > 0 && checks.every((check) => check.verdict === 'pass');
  }

  async #fix(problem: PlanStep, how: 'reactive' | 'in-pass'): Promise<Failure | undefined> {
    const { pass, planned } = this;
    const ids = { step: planned.step.id, problem: problem.step.id };
    pass.journal.append({ kind: 'fix', how, ...ids, action: problem.actionHash });
    await pass.journal.durable();
    pass.emit({ type: 'fix-started', ...ids, title: problem.step.title, how });
    this.fixes.push(problem.step.id);
    const failure = (await this.perform(problem.step.actions)) ?? (await this.#assertCleared(problem));
    pass.emit({ type: 'fix-finished', ...ids, cleared: !failure, message: failure?.message ?? '' });
    return failure;
  }

  async #assertCleared({ step: problem }: PlanStep): Promise<Failure | undefined> {
    const questions = problem.verify.map((check) => questionOf(check, this.asking));
    const attempt = await this.#assert(questions, `The Fix of "${problem.title}" did not clear it`);
    return attempt.ok ? undefined : attempt.failure;
  }

  /** What runs in the place of a fence that is to start: its own process, and for the step's own fences all that is stale. */
  #previous(action: Action, index: number): BackgroundProcess[] {
    const own = this.background.get(index);
    const stale =
      action.kind === 'shell' && action.background !== 'no' && !action.always && index >= 0
        ? this.#stale.splice(0)
        : [];
    for (const [fence, process] of this.background)
      if (stale.includes(process)) this.background.delete(fence);
    return own && !stale.includes(own) ? [...stale, own] : stale;
  }

  #noteBackground(fence: number, process: BackgroundProcess, action: Action): void {
    this.background.set(fence, process);
    this.pass.journal.append({
      kind: 'background',
      step: this.planned.step.id,
      process: { fence, ...process },
    });
    if (action.kind === 'shell' && action.background === 'pass') this.pass.endWithPass.add(process);
  }

  #withKnown(failure: Failure, known: readonly PlanStep[]): Failure {
    // A problem that is not the obstacle is not useful advice, but one that was applied is part of the story.
    const offered = known.filter(({ step: { id } }) => !this.#cleared.has(id) || this.fixes.includes(id));
    const knownProblems = offered.map(({ step }) => ({
      id: step.id,
      title: step.title,
      place: step.place,
      fix: step.fixText,
      applied: this.fixes.includes(step.id),
    }));
    return { ...failure, outputTail: failure.outputTail || this.output.tail, knownProblems };
  }

  #report(phase: 'before' | 'after', checks: readonly CheckResult[]): void {
    for (const result of checks) this.pass.emit({ type: 'check', step: this.planned.step.id, phase, result });
  }
}

/** `start` with what changed between two later states. */
function changedOver(start: ShellState, from: ShellState, to: ShellState): ShellState {
  const changed = [...to.variables].filter(([name, value]) => from.variables.get(name) !== value);
  const cwd = to.cwd === from.cwd ? start.cwd : to.cwd;
  return {
    variables: new Map([...start.variables, ...changed]),
    ...(cwd === undefined ? {} : { cwd }),
  };
}
