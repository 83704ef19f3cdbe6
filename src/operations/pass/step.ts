import type { Action } from '../../model/action.ts';
import type { BackgroundProcess } from '../../model/box.ts';
import type { JournalState } from '../../model/journal.ts';
import type { ActReason, CheckResult, Failure, SkipReason, StepOutcome } from '../../model/outcome.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { ShellState } from '../../model/shell.ts';
import { type CheckTally, decideFromChecks, decideFromJournal } from '../../plan/decide.ts';
import { type Asking, askOnce, assertAll, type Question, questionOf } from './checks.ts';
import { StepOutput } from './output.ts';
import type { Pass } from './pass.ts';
import { type FenceFailure, perform } from './perform.ts';
import { matchingProblems, mayFix } from './problems.ts';
import { questionsOf } from './questions.ts';
import type { CarriedState } from './state.ts';

/** One try at a step: it holds, or it failed and why. */
type Attempt =
  | { readonly ok: true; readonly checks: readonly CheckResult[] }
  | { readonly ok: false; readonly failure: Failure };

/**
 * Walks one step: is it wanted, is it satisfied, else act and assert, and write down what came of it.
 * Never throws for what the step does; only a lost journal or box throws.
 */
export async function walkStep(pass: Pass, planned: PlanStep): Promise<StepOutcome> {
  return new StepWalk(pass, planned).walk();
}

/** `--accept`: confirms a step that a person mended by hand, if its Verify passes. */
export async function acceptStep(pass: Pass, planned: PlanStep): Promise<StepOutcome> {
  return new StepWalk(pass, planned).accept();
}

class StepWalk {
  readonly #started: number;
  readonly #output: StepOutput;
  readonly #before: CarriedState;
  readonly #fixes: string[] = [];
  readonly #background = new Map<number, BackgroundProcess>();
  #state: ShellState;
  #lastActionEnd = 0;

  constructor(
    private readonly pass: Pass,
    private readonly planned: PlanStep,
  ) {
    this.#started = pass.now();
    this.#output = new StepOutput(pass.masker, (text) =>
      pass.emit({ type: 'output', step: planned.step.id, text }),
    );
    this.#before = pass.state.before(planned);
    this.#state = this.#before;
    for (const { fence, ...process } of this.#memory?.background ?? []) this.#background.set(fence, process);
  }

  async walk(): Promise<StepOutcome> {
    const applies = await this.#asksWhen();
    if (applies !== 'yes') return applies;
    const { inputsHashOf, options } = this.pass;
    const decision = decideFromJournal({
      memory: this.#memory,
      actionHash: this.planned.actionHash,
      inputsHash: inputsHashOf(this.planned),
      needsActed: this.#needsActed(),
      forced: options.force,
    });
    if (decision.kind === 'act') return this.act(decision.reason);
    return this.#decideByChecks(decision.confirmed);
  }

  /** Acts without asking whether it must. */
  async act(reason: ActReason, how: 'acted' | 'restored' = 'acted'): Promise<StepOutcome> {
    const refused = await this.#refusal(reason);
    if (refused) return refused;
    await this.#restoreWithheld();
    this.#journalStart();
    const attempt = await this.#attemptWithFixes();
    if (attempt.ok) return this.#confirm(reason, how, attempt.checks);
    return this.#fail(reason, attempt.failure);
  }

  /** The word of a person stands for the actions; its Verify is asked all the same. */
  async accept(): Promise<StepOutcome> {
    const checks = await this.#ask('after', this.#questions());
    const bad = checks.find((check) => check.verdict !== 'pass');
    if (!bad) {
      this.#journalConfirmed('accepted');
      return this.#skip('confirmed', checks, 'accepted by a person');
    }
    const message = `It cannot be accepted: ${bad.check}: ${bad.observed}, expected ${bad.expected}.`;
    const remedy = 'Mend it until its Verify passes, or run it without --accept.';
    const failure = this.#failure({ kind: 'checks', message, remedy, place: bad.place }, checks);
    return { kind: 'failed', reason: 'failed-before', ms: this.#elapsed(), failure, fixes: [] };
  }

  get #memory() {
    return this.pass.journal.memory.get(this.planned.step.id);
  }

  get #asking(): Asking {
    return { pass: this.pass, state: this.#state, signal: this.pass.signal };
  }

  async #asksWhen(): Promise<'yes' | StepOutcome> {
    const { when } = this.planned.step;
    if (when.length === 0) return 'yes';
    const checks = await this.#ask(
      'before',
      when.map((check) => questionOf(check, this.#asking)),
    );
    if (checks.some((check) => check.verdict === 'unknown')) {
      return this.#person(checks, 'Whether this step applies is unknown: its When could not be asked.');
    }
    const failing = checks.find((check) => check.verdict === 'fail');
    return failing
      ? this.#skip('not-applicable', checks, `When: ${failing.check}: ${failing.observed}`)
      : 'yes';
  }

  async #decideByChecks(confirmed: boolean): Promise<StepOutcome> {
    const questions = this.#questions().filter((question) => !question.after);
    const checks = await this.#ask('before', questions);
    const decision = decideFromChecks(confirmed, tally(questions, checks));
    switch (decision.kind) {
      case 'act':
        return this.act(decision.reason);
      case 'person':
        return this.#person(checks, 'It was done before, but whether it still holds is unknown.');
      case 'skip':
        return this.#skipSatisfied(decision.reason, checks);
    }
  }

  async #skipSatisfied(reason: SkipReason, checks: readonly CheckResult[]): Promise<StepOutcome> {
    if (reason === 'found') this.#journalConfirmed('found');
    this.#restore(this.#memory?.state);
    const failure = await this.#performAlways();
    if (failure) return this.#fail('new', failure);
    return this.#skip(reason, checks, checks.length > 0 ? `${checks[0]?.check}` : 'confirmed by the journal');
  }

  /** Puts back what the step left when it ran: its own changes, on top of what this pass carries. */
  #restore(kept: JournalState | undefined): void {
    if (!kept) return;
    this.pass.state.restore(this.planned, kept);
    this.#state = this.pass.state.after(this.planned.step.id);
  }

  /** `always` fences run in every pass; they count as no action, but what they export carries on. */
  async #performAlways(): Promise<Failure | undefined> {
    const always = this.planned.step.actions.filter((action) => action.always);
    if (always.length === 0) return undefined;
    const failure = await this.#performAll(always);
    const change = this.pass.state.change(this.#before, this.#state);
    this.pass.state.record(this.planned, { ...change, withheld: this.#memory?.state?.secret ?? [] });
    return failure;
  }

  /** An export that held a secret was journaled by name only: where this step uses it, the step that gave it runs again. */
  async #restoreWithheld(): Promise<void> {
    const { withheld } = this.#before;
    if (withheld.size === 0) return;
    const text = JSON.stringify([this.planned.step.actions, this.planned.step.verify]);
    const wanted = [...withheld]
      .filter(([name]) => new RegExp(`\\b${name}\\b`).test(text))
      .map(([, step]) => step);
    for (const id of new Set(wanted)) {
      const giver = this.pass.plan.steps.find((each) => each.step.id === id);
      if (!giver) continue;
      const outcome = await new StepWalk(this.pass, giver).act('state-needed', 'restored');
      this.pass.emit({ type: 'step-finished', at: this.#at(), step: id, title: giver.step.title, outcome });
    }
    this.#state = this.pass.state.before(this.planned);
  }

  async #refusal(reason: ActReason): Promise<StepOutcome | undefined> {
    const { pass, planned } = this;
    const interactive = planned.step.actions.find((action) => action.kind === 'shell' && action.interactive);
    if (interactive && !pass.person)
      return this.#person([], 'It has an interactive fence, and there is no terminal.', interactive);
    if (pass.options.askEachStep && pass.person) {
      const shown = planned.step.actions.map((action) => action.text).join('\n');
      const yes = await pass.person.confirm(
        `${planned.step.title}\n\n${pass.masker.mask(shown)}\nRun this block?`,
      );
      if (!yes) return this.#skip('declined', [], 'the person said no');
    }
    pass.emit({
      type: 'step-started',
      at: this.#at(),
      step: planned.step.id,
      title: planned.step.title,
      reason,
    });
    return undefined;
  }

  /** Tries, and after each failure lets the first recorded problem that matches mend it, once each. */
  async #attemptWithFixes(): Promise<Attempt> {
    let attempt = await this.#attempt();
    while (!attempt.ok && attempt.failure.kind !== 'aborted') {
      const known = await matchingProblems(this.pass, attempt.failure, this.#output.text);
      const problem = await this.#firstStanding(known);
      if (!problem) return { ok: false, failure: this.#withKnown(attempt.failure, known) };
      const failure = await this.pass.gate.alone(() => this.#fix(problem, 'reactive'));
      if (failure) return { ok: false, failure: this.#withKnown(failure, known) };
      attempt = (await this.#holdsNow()) ?? (await this.#attempt());
    }
    return attempt;
  }

  async #attempt(): Promise<Attempt> {
    const { actions } = this.planned.step;
    const failure =
      (await this.#clearObstacles(this.planned.obstaclesBefore)) ??
      (await this.#performAll(actions)) ??
      (await this.#clearObstacles(this.planned.obstaclesAfter));
    if (failure) return { ok: false, failure };
    return this.#assert(this.#questions(), 'Its Verify does not hold.');
  }

  /** After a Fix the step's Verify is asked; its actions repeat only if that fails. */
  async #holdsNow(): Promise<Attempt | undefined> {
    const questions = this.#questions();
    if (!questions.some((question) => question.covering)) return undefined;
    const checks = await this.#ask('after', questions);
    return checks.every((check) => check.verdict === 'pass') ? { ok: true, checks } : undefined;
  }

  async #assert(questions: readonly Question[], message: string): Promise<Attempt> {
    const checks = await assertAll(questions, this.#asking, this.#lastActionEnd);
    this.#report('after', checks);
    const bad = checks.filter((check) => check.verdict !== 'pass');
    if (bad.length === 0) return { ok: true, checks };
    const first = bad.find((check) => check.verdict === 'fail') ?? bad[0];
    return {
      ok: false,
      failure: this.#failure(
        {
          kind: this.pass.signal.aborted
            ? 'aborted'
            : bad.some((check) => check.verdict === 'fail')
              ? 'checks'
              : 'unknown-verdict',
          message: `${message} ${first?.check}: ${first?.observed}, expected ${first?.expected}.`,
          remedy:
            'Mend it and run the same command again; if you mended it by hand, add --accept with this id.',
          place: first?.place ?? this.planned.step.place,
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
      if (mayFix(this.pass, this.planned, problem) && !(await this.#isClear(problem))) return problem;
    }
    return undefined;
  }

  async #isClear(problem: PlanStep): Promise<boolean> {
    const asking = this.#asking;
    const when = await askOnce(problem.step.when.map((check) => questionOf(check, asking)));
    if (when.some((check) => check.verdict === 'fail')) return true;
    const checks = await askOnce(problem.step.verify.map((check) => questionOf(check, asking)));
    this.#report('before', checks);
    return checks.every((check) => check.verdict === 'pass');
  }

  async #fix(problem: PlanStep, how: 'reactive' | 'in-pass'): Promise<Failure | undefined> {
    const { pass, planned } = this;
    const ids = { step: planned.step.id, problem: problem.step.id };
    pass.journal.append({ kind: 'fix', how, ...ids, action: problem.actionHash });
    await pass.journal.durable();
    pass.emit({ type: 'fix-started', ...ids, title: problem.step.title, how });
    this.#fixes.push(problem.step.id);
    const failure = (await this.#performAll(problem.step.actions)) ?? (await this.#assertFixed(problem));
    pass.emit({ type: 'fix-finished', ...ids, cleared: !failure, message: failure?.message ?? '' });
    return failure;
  }

  async #assertFixed(problem: PlanStep): Promise<Failure | undefined> {
    const questions = problem.step.verify.map((check) => questionOf(check, this.#asking));
    const attempt = await this.#assert(questions, `The Fix of "${problem.step.title}" did not clear it.`);
    return attempt.ok ? undefined : attempt.failure;
  }

  async #performAll(actions: readonly Action[]): Promise<Failure | undefined> {
    for (const action of actions) {
      const index = this.planned.step.actions.indexOf(action);
      const previous = this.#background.get(index);
      const performed = await perform(action, {
        pass: this.pass,
        state: this.#state,
        output: this.#output,
        signal: this.pass.signal,
        log: this.pass.journal.logPath(this.planned.step.id, index),
        ...(previous ? { previous } : {}),
      });
      this.#lastActionEnd = this.pass.now();
      if (!performed.ok) return this.#failure(performed.failure, []);
      this.#state = performed.state;
      if (performed.background) this.#noteBackground(index, performed.background, action);
    }
    return undefined;
  }

  #noteBackground(fence: number, process: BackgroundProcess, action: Action): void {
    this.#background.set(fence, process);
    this.pass.journal.append({
      kind: 'background',
      step: this.planned.step.id,
      process: { fence, ...process },
    });
    if (action.kind === 'shell' && action.background === 'pass') this.pass.endWithPass.add(process);
  }

  #questions(): Question[] {
    return questionsOf(
      this.planned.step,
      { ...this.#asking, output: this.#output.lastFence },
      this.#background,
    );
  }

  #needsActed(): boolean {
    const confirmedAt = this.#memory?.confirmedSeq ?? 0;
    return this.planned.rebuildAfter.some(
      (id) => (this.pass.journal.memory.get(id)?.actedSeq ?? 0) > confirmedAt,
    );
  }

  #journalStart(): void {
    const { planned, pass } = this;
    pass.journal.append({
      kind: 'started',
      step: planned.step.id,
      action: planned.actionHash,
      inputs: pass.inputsHashOf(planned),
    });
  }

  #journalConfirmed(how: 'acted' | 'found' | 'accepted' | 'restored'): void {
    const { planned, pass } = this;
    const change = pass.state.change(this.#before, this.#state);
    if (how !== 'found') pass.state.record(planned, change);
    const kept = pass.keptState(change);
    const background = [...this.#background].map(([fence, process]) => ({ fence, ...process }));
    pass.journal.append({
      kind: 'confirmed',
      step: planned.step.id,
      title: planned.step.title,
      action: planned.actionHash,
      inputs: pass.inputsHashOf(planned),
      how,
      ms: pass.now() - this.#started,
      ...(kept ? { state: kept } : {}),
      ...(background.length > 0 ? { background } : {}),
      ...(planned.step.undo.length > 0 ? { undo: [...planned.step.undo] } : {}),
    });
  }

  #confirm(reason: ActReason, how: 'acted' | 'restored', checks: readonly CheckResult[]): StepOutcome {
    this.#journalConfirmed(how);
    return { kind: 'acted', reason, ms: this.#elapsed(), checks, fixes: this.#fixes };
  }

  #fail(reason: ActReason, failure: Failure): StepOutcome {
    const { planned, pass } = this;
    // A stopped step stays "started" without an end: the journal's word for interrupted.
    if (failure.kind !== 'aborted') {
      pass.journal.append({
        kind: 'failed',
        step: planned.step.id,
        action: planned.actionHash,
        inputs: pass.inputsHashOf(planned),
        reason: failure.kind,
      });
    }
    if (failure.kind === 'unknown-verdict') return { kind: 'person', ms: this.#elapsed(), failure };
    return { kind: 'failed', reason, ms: this.#elapsed(), failure, fixes: this.#fixes };
  }

  #skip(reason: SkipReason, checks: readonly CheckResult[], detail: string): StepOutcome {
    return { kind: 'skipped', reason, ms: this.#elapsed(), checks, detail };
  }

  #person(
    checks: readonly CheckResult[],
    message: string,
    at: { place: Failure['place'] } = this.planned.step,
  ): StepOutcome {
    const unknown = checks.find((check) => check.verdict === 'unknown');
    const detail = unknown ? ` ${unknown.check}: ${unknown.observed}.` : '';
    const remedy = `Make it answerable and run the same command again, or decide yourself: --force acts, --accept ${this.planned.step.id} accepts.`;
    const failure = {
      kind: 'unknown-verdict',
      message: message + detail,
      remedy,
      place: unknown?.place ?? at.place,
    };
    return { kind: 'person', ms: this.#elapsed(), failure: this.#failure(failure, checks) };
  }

  #failure(failure: FenceFailure, checks: readonly CheckResult[]): Failure {
    const message = this.pass.masker.mask(failure.message);
    return { ...failure, message, outputTail: this.#output.tail, checks, knownProblems: [] };
  }

  #withKnown(failure: Failure, known: readonly PlanStep[]): Failure {
    const knownProblems = known.map(({ step }) => ({
      id: step.id,
      title: step.title,
      place: step.place,
      fix: step.fixText,
      applied: this.#fixes.includes(step.id),
    }));
    return { ...failure, outputTail: failure.outputTail || this.#output.tail, knownProblems };
  }

  async #ask(phase: 'before' | 'after', questions: readonly Question[]): Promise<CheckResult[]> {
    const checks = await askOnce(questions);
    this.#report(phase, checks);
    return checks;
  }

  #report(phase: 'before' | 'after', checks: readonly CheckResult[]): void {
    for (const result of checks) this.pass.emit({ type: 'check', step: this.planned.step.id, phase, result });
  }

  #elapsed(): number {
    return this.pass.now() - this.#started;
  }

  #at(): string {
    return new Date(this.pass.now()).toISOString();
  }
}

function tally(questions: readonly Question[], checks: readonly CheckResult[]): CheckTally {
  const count = (verdict: CheckResult['verdict']) =>
    checks.filter((check) => check.verdict === verdict).length;
  return {
    pass: count('pass'),
    fail: count('fail'),
    unknown: count('unknown'),
    covering: questions.filter((question) => question.covering).length,
  };
}
