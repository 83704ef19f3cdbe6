import type { JournalState } from '../../model/journal.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { ShellState } from '../../model/shell.ts';

/** What one step changed, and nothing that others did: this is what the journal keeps and a skipped step restores. */
export interface StateChange {
  readonly variables: ReadonlyMap<string, string | null>;
  readonly cwd?: string;
  /** Names exported with a secret in them, whose value the journal may not hold. */
  readonly withheld: readonly string[];
}

/** The state that a step starts from. `withheld` maps a name to the step that must run again to give it. */
export interface CarriedState extends ShellState {
  readonly withheld: ReadonlyMap<string, string>;
}

/** Which withheld names stand in what is about to be run or asked. */
export function withheldIn(state: CarriedState, material: unknown): string[] {
  if (state.withheld.size === 0) return [];
  const text = JSON.stringify(material);
  return [...state.withheld.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

const START: CarriedState = { variables: new Map(), withheld: new Map() };

/**
 * Carries exported variables and the directory along needs, merged in document order whatever the parallelism.
 * A step's own changes are kept apart from what it started with, so that an edited step's new value is not
 * overwritten by what a later, skipped step once inherited.
 */
export class StateBook {
  readonly #changes = new Map<string, StateChange>();
  readonly #out = new Map<string, CarriedState>();
  /** The step that `out` was last told of: nothing in it follows from that one. */
  #latest: string | undefined;
  readonly #steps: ReadonlyMap<string, PlanStep>;

  constructor(
    steps: readonly PlanStep[],
    private readonly baseline: Readonly<Record<string, string>>,
  ) {
    this.#steps = new Map(steps.map((each) => [each.step.id, each]));
  }

  /** What the fences of a step see when it begins. */
  before(planned: PlanStep): CarriedState {
    const [first, ...others] = planned.after;
    if (first === undefined) return START;
    if (others.length === 0) return this.after(first);
    return this.#ancestors(planned)
      .map((each) => each.step.id)
      .reduce((state, id) => this.#apply(state, id), START);
  }

  /** What a step left behind, as far as it is known. */
  after(id: string): CarriedState {
    for (const planned of this.#unknownBefore(id).reverse()) this.#know(planned);
    return this.#out.get(id) ?? START;
  }

  /** Notes what a step changed; an empty change keeps the very same state object, so a long chain costs nothing. */
  record(planned: PlanStep, change: StateChange): void {
    const { id } = planned.step;
    // Told anew, as where a step runs again for the secret that it gave: what followed from the old word is forgotten.
    if (this.#out.has(id) && this.#latest !== id) this.#out.clear();
    this.#changes.set(id, change);
    this.#know(planned);
  }

  /** Puts back what a step left when it ran, as the journal kept it. */
  restore(planned: PlanStep, kept: JournalState): void {
    this.record(planned, changeOf(kept));
  }

  /** What would be seen after a step if `restore` put back what it left. */
  with(planned: PlanStep, kept: JournalState): CarriedState {
    return applied(this.before(planned), planned.step.id, changeOf(kept));
  }

  /** What a step that ran has changed: the state after its last fence against the state it began with. */
  change(before: CarriedState, after: ShellState): StateChange {
    const variables = new Map<string, string | null>();
    for (const [name, value] of after.variables) {
      if (before.variables.get(name) !== value) variables.set(name, value);
    }
    for (const name of before.variables.keys()) {
      if (!after.variables.has(name)) variables.set(name, this.baseline[name] ?? null);
    }
    return {
      variables,
      withheld: [],
      ...(after.cwd !== undefined && after.cwd !== before.cwd ? { cwd: after.cwd } : {}),
    };
  }

  #know(planned: PlanStep): void {
    const { id } = planned.step;
    this.#out.set(id, this.#apply(this.before(planned), id));
    this.#latest = id;
  }

  /** A step and those that it follows one after another, back to one whose state is known or that joins several. */
  #unknownBefore(id: string): PlanStep[] {
    const found: PlanStep[] = [];
    let at: string | undefined = id;
    while (at !== undefined && !this.#out.has(at)) {
      const planned = this.#steps.get(at);
      if (!planned) break;
      found.push(planned);
      at = planned.after.length === 1 ? planned.after[0] : undefined;
    }
    return found;
  }

  #apply(state: CarriedState, id: string): CarriedState {
    const change = this.#changes.get(id);
    return change ? applied(state, id, change) : state;
  }

  #ancestors(planned: PlanStep): PlanStep[] {
    const found = new Map<string, PlanStep>();
    const open = [...planned.after];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const each = this.#steps.get(id);
      if (!each || found.has(id)) continue;
      found.set(id, each);
      open.push(...each.after);
    }
    return [...found.values()].sort((a, b) => a.step.index - b.step.index);
  }
}

function changeOf(kept: JournalState): StateChange {
  const variables = new Map<string, string | null>(Object.entries(kept.set));
  for (const name of kept.unset) variables.set(name, null);
  return { variables, withheld: kept.secret, ...(kept.cwd === undefined ? {} : { cwd: kept.cwd }) };
}

/** A state with the change that a step made to it; the very same one where it made none. */
function applied(state: CarriedState, id: string, change: StateChange): CarriedState {
  if (change.variables.size === 0 && change.withheld.length === 0 && change.cwd === undefined) return state;
  const variables = new Map(state.variables);
  const withheld = new Map(state.withheld);
  for (const [name, value] of change.variables) {
    variables.set(name, value);
    withheld.delete(name);
  }
  for (const name of change.withheld) {
    variables.delete(name);
    withheld.set(name, id);
  }
  const cwd = change.cwd ?? state.cwd;
  return { variables, withheld, ...(cwd === undefined ? {} : { cwd }) };
}
