import type { JournalState } from '../../model/journal.ts';

import {
  type ActReason,
  type CheckResult,
  type Failure,
  isInterruption,
  type SkipReason,
  type StepOutcome,
} from '../../model/outcome.ts';
import type { PlanStep } from '../../model/plan.ts';
import { decideFromChecks, decideFromJournal } from '../../plan/decide.ts';
import { questionOf, tally } from './checks.ts';
import type { Pass } from './pass.ts';
import { type CarriedState, withheldIn } from './state.ts';
import { isStateNeeded, neverExported } from './state-needed.ts';
import { StepWork } from './work.ts';

/**
 * Walks one step: is it wanted, is it satisfied, else act and assert, and write down what came of it.
 * Never throws for what the step does; only a lost journal or box throws.
 */
export async function walkStep(pass: Pass, planned: PlanStep): Promise<StepOutcome> {
  return new StepWalk(pass, planned).walk();
}

/** `--accept`: confirms a step that a person fixed by hand, if its Verify passes. */
export async function acceptStep(pass: Pass, planned: PlanStep): Promise<StepOutcome> {
  return new StepWalk(pass, planned).accept();
}

class StepWalk {
  readonly #started: number;
  #before: CarriedState;
  readonly #work: StepWork;

  constructor(
    private readonly pass: Pass,
    private readonly planned: PlanStep,
  ) {
    this.#started = pass.now();
    this.#before = pass.state.before(planned);
    this.#work = new StepWork(pass, planned, this.#before);
  }

  async walk(): Promise<StepOutcome> {
    const refused = await this.#asksWhen();
    if (refused) return refused;
    const decision = decideFromJournal({
      memory: this.#memory,
      actionHash: this.planned.actionHash,
      inputsHash: this.pass.inputsHashOf(this.planned),
      needsActed: this.#needsActed(),
      forced: this.pass.options.force,
    });
    return decision.kind === 'act' ? this.act(decision.reason) : this.#decideByChecks(decision.confirmed);
  }

  /** Acts without asking whether it must. */
  async act(reason: ActReason, how: 'acted' | 'restored' = 'acted'): Promise<StepOutcome> {
    const refused = await this.#refusal();
    if (refused) return refused;
    const { id, title, actions, verify } = this.planned.step;
    const lacking = await this.#restoreMissing([actions, verify]);
    if (lacking) return lacking;
    this.pass.emit({ type: 'step-started', at: this.#at(), step: id, title, reason });
    this.#journalStart();
    const attempt = await this.#work.attempt();
    if (!attempt.ok) return this.#fail(reason, attempt.failure);
    this.#journalConfirmed(how);
    return { kind: 'acted', reason, ms: this.#elapsed(), checks: attempt.checks, fixes: this.#work.fixes };
  }

  /** A person's word replaces the actions. The Verify is evaluated anyway. */
  async accept(): Promise<StepOutcome> {
    const lacking = await this.#restoreMissing(this.planned.step.verify);
    if (lacking) return lacking;
    this.#restore(this.#memory?.state);
    const checks = await this.#work.ask('after', this.#work.questions());
    const bad = checks.find((check) => check.verdict !== 'pass');
    if (!bad) {
      this.#journalConfirmed('accepted', this.#memory?.state);
      return this.#skip('confirmed', checks, 'accepted by a person');
    }
    const message = `A step can be accepted only if its Verify passes. ${bad.check}: ${bad.observed}, expected ${bad.expected}.`;
    const remedy = 'Fix the box until the Verify passes, or run without --accept.';
    const failure = this.#work.failure({ kind: 'not-accepted', message, remedy, place: bad.place }, checks);
    return { kind: 'failed', reason: 'failed-before', ms: this.#elapsed(), failure, fixes: [] };
  }

  get #memory() {
    return this.pass.journal.memory.get(this.planned.step.id);
  }

  async #asksWhen(): Promise<StepOutcome | undefined> {
    const { when } = this.planned.step;
    if (when.length === 0) return undefined;
    const lacking = await this.#restoreMissing(when);
    if (lacking) return lacking;
    const questions = when.map((check) => questionOf(check, this.#work.asking));
    const checks = await this.#work.ask('before', questions);
    const failing = checks.find((check) => check.verdict === 'fail');
    if (failing) {
      const reason = `When: ${this.#shown(failing.check)}: ${failing.observed}`;
      return this.#skip('not-applicable', checks, reason);
    }
    if (checks.every((check) => check.verdict === 'pass')) return undefined;
    return this.#person(checks, 'Whether this step applies is unknown: its When could not be evaluated.');
  }

  async #decideByChecks(confirmed: boolean): Promise<StepOutcome> {
    const { verify, actions } = this.planned.step;
    const lacking = await this.#restoreMissing([verify, actions.filter(({ kind }) => kind !== 'shell')]);
    if (lacking) return lacking;
    // What it has done is judged as it was when it had been done: with what it exported.
    const kept = confirmed ? this.#memory?.state : undefined;
    this.#work.state = kept ? this.pass.state.with(this.planned, kept) : this.#before;
    const questions = this.#work.questions().filter((question) => !question.after);
    const checks = await this.#work.ask('before', questions);
    this.#work.state = this.#before;
    const decision = decideFromChecks(confirmed, tally(questions, checks));
    switch (decision.kind) {
      case 'act':
        return this.act(decision.reason);
      case 'person':
        return this.#person(checks, 'It was done before, but whether it still holds is unknown.');
      case 'skip':
        if (decision.reason === 'found' && (await isStateNeeded(this.pass, this.planned)))
          return this.act('state-needed');
        return this.#skipSatisfied(decision.reason, checks);
    }
  }

  async #skipSatisfied(reason: SkipReason, checks: readonly CheckResult[]): Promise<StepOutcome> {
    if (reason === 'found') this.#journalConfirmed('found');
    this.#restore(this.#memory?.state);
    this.#work.adoptBackground();
    const failed = await this.#performAlways();
    if (failed) return failed;
    return this.#skip(reason, checks, checks[0] ? this.#shown(checks[0].check) : 'confirmed by the journal');
  }

  /** Puts back what the step left when it ran: its own changes, on top of what this pass carries. */
  #restore(kept: JournalState | undefined): void {
    if (!kept) return;
    this.pass.state.restore(this.planned, kept);
    this.#work.state = this.pass.state.after(this.planned.step.id);
  }

  /** `always` fences run in every pass; they count as no action, but what they export carries on. */
  async #performAlways(): Promise<StepOutcome | undefined> {
    const always = this.planned.step.actions.filter((action) => action.always);
    if (always.length === 0) return undefined;
    const failure = await this.#work.perform(always);
    const { state } = this.#work;
    // The `always` fences exported their names again, so the whole step does not have to run for them.
    const withheld = (this.#memory?.state?.secret ?? []).filter((name) => !state.variables.has(name));
    this.pass.state.record(this.planned, { ...this.pass.state.change(this.#before, state), withheld });
    return failure && this.#fail('new', failure);
  }

  /**
   * Runs the steps that give what this one uses: an export that held a secret was journaled by name only, and a step that
   * was found satisfied has exported nothing here.
   * @returns how one of them failed: without the value this step can neither be judged nor act.
   */
  async #restoreMissing(material: unknown): Promise<StepOutcome | undefined> {
    const wanted = withheldIn(this.#before, material).map((name) => this.#before.withheld.get(name));
    wanted.push(...(await neverExported(this.pass, this.planned, this.#before, material)));
    if (wanted.length === 0) return undefined;
    for (const id of new Set(wanted)) {
      const giver = this.pass.plan.steps.find((each) => each.step.id === id);
      if (!giver) continue;
      const outcome = await new StepWalk(this.pass, giver).act('state-needed', 'restored');
      this.pass.emit({
        type: 'step-finished',
        at: this.#at(),
        step: giver.step.id,
        title: giver.step.title,
        outcome,
      });
      if (outcome.kind !== 'acted') return outcome;
    }
    this.#before = this.pass.state.before(this.planned);
    this.#work.state = this.#before;
    return undefined;
  }

  /** Why the step may not act: no one is at the terminal, or a person said no. */
  async #refusal(): Promise<StepOutcome | undefined> {
    const { pass, planned } = this;
    const interactive = planned.step.actions.find((action) => action.kind === 'shell' && action.interactive);
    if (interactive && !pass.person) {
      return this.#needsTerminal(interactive);
    }
    if (!pass.options.askEachStep || !pass.person) return undefined;
    const shown = pass.masker.mask(planned.step.actions.map((action) => action.text).join('\n'));
    const yes = await pass.person.confirm(`${planned.step.title}\n\n${shown}\nRun this block?`);
    return yes ? undefined : this.#skip('declined', [], 'the person said no');
  }

  #needsActed(): boolean {
    const confirmedAt = this.#memory?.confirmedSeq ?? 0;
    const { memory } = this.pass.journal;
    return this.planned.rebuildAfter.some((id) => (memory.get(id)?.actedSeq ?? 0) > confirmedAt);
  }

  #journalStart(): void {
    const { planned, pass } = this;
    const keys = { step: planned.step.id, action: planned.actionHash, inputs: pass.inputsHashOf(planned) };
    pass.journal.append({ kind: 'started', ...keys });
  }

  #journalConfirmed(how: 'acted' | 'found' | 'accepted' | 'restored', known?: JournalState): void {
    const { planned, pass } = this;
    const { step } = planned;
    const change = pass.state.change(this.#before, this.#work.state);
    // A found step did not run here, so it exports nothing. An accepted step left what the journal recorded.
    if (how === 'acted' || how === 'restored') pass.state.record(planned, change);
    const background = [...this.#work.background].map(([fence, process]) => ({ fence, ...process }));
    pass.journal.append({
      kind: 'confirmed',
      step: step.id,
      title: step.title,
      action: planned.actionHash,
      inputs: pass.inputsHashOf(planned),
      how,
      ms: this.#elapsed(),
      state: known ?? pass.keptState(change),
      background: background.length > 0 ? background : undefined,
      undo: step.undo.length > 0 ? [...step.undo] : undefined,
    });
  }

  #fail(reason: ActReason, failure: Failure): StepOutcome {
    const { planned, pass } = this;
    // A stopped step stays "started" without an end: the journal's word for interrupted.
    if (!isInterruption(failure)) {
      const keys = { step: planned.step.id, action: planned.actionHash, inputs: pass.inputsHashOf(planned) };
      pass.journal.append({ kind: 'failed', ...keys, reason: failure.kind });
    }
    if (['unknown-verdict', 'interactive', 'cluster-not-allowed', 'not-approved'].includes(failure.kind))
      return { kind: 'person', ms: this.#elapsed(), failure };
    return { kind: 'failed', reason, ms: this.#elapsed(), failure, fixes: this.#work.fixes };
  }

  #skip(reason: SkipReason, checks: readonly CheckResult[], detail: string): StepOutcome {
    return { kind: 'skipped', reason, ms: this.#elapsed(), checks, detail };
  }

  #needsTerminal({ place }: Pick<Failure, 'place'>): StepOutcome {
    const failure = {
      kind: 'interactive',
      message: 'It has an interactive fence, which needs a terminal.',
      remedy: 'Run the same command in a terminal, where a person can answer.',
      place,
    };
    return { kind: 'person', ms: this.#elapsed(), failure: this.#work.failure(failure, []) };
  }

  #person(checks: readonly CheckResult[], message: string): StepOutcome {
    const { id, place } = this.planned.step;
    const unknown = checks.find((check) => check.verdict === 'unknown');
    const failure = {
      kind: 'unknown-verdict',
      message: unknown ? `${message} ${unknown.check}: ${unknown.observed}.` : message,
      remedy: `Make the check measurable and run the same command again. Or decide yourself: --force acts, --accept ${id} accepts.`,
      place: unknown?.place ?? place,
    };
    return { kind: 'person', ms: this.#elapsed(), failure: this.#work.failure(failure, checks) };
  }

  /** A check as it was asked: names replaced, secrets masked. */
  #shown(check: string): string {
    return this.pass.masker.mask(this.pass.substitute(check, this.#work.state));
  }

  #elapsed(): number {
    return this.pass.now() - this.#started;
  }

  #at(): string {
    return new Date(this.pass.now()).toISOString();
  }
}
