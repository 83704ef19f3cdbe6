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

/** Withheld names that occur in what is about to run or be checked. */
export function withheldIn(state: CarriedState, material: unknown): string[] {
  if (state.withheld.size === 0) return [];
  const text = JSON.stringify(material);
  return [...state.withheld.keys()].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

/**
 * A state as it is known, and where it comes from: what one step changed on top of another state (`by`), or several states
 * joined. A step that changes nothing leaves the very one that it found, so only changes are ever walked through.
 */
interface Known {
  readonly state: CarriedState;
  readonly by?: PlanStep;
  readonly from: readonly Known[];
}

const START: Known = { state: { variables: new Map(), withheld: new Map() }, from: [] };

/**
 * Carries exported variables and the directory along needs, merged in document order whatever the parallelism.
 * A step's own changes are kept apart from what it started with, so that an edited step's new value is not
 * overwritten by what a later, skipped step once inherited.
 */
export class CarriedStates {
  readonly #changes = new Map<string, StateChange>();
  readonly #out = new Map<string, Known>();
  /** What steps begin with that come behind several others. */
  readonly #joined = new Map<string, Known>();
  /** The same by the changes that they join: steps that see the same begin with the very same. */
  readonly #joins = new Map<string, Known>();
  /** The step whose result `out` received last: nothing in it depends on that step. */
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
    return this.#before(planned).state;
  }

  /** What a step left behind, if it is known. */
  after(id: string): CarriedState {
    return this.#after(id).state;
  }

  /** Notes what a step changed; an empty change keeps the very same state object, so a long chain costs nothing. */
  record(planned: PlanStep, change: StateChange): void {
    const { id } = planned.step;
    // Recorded again, for example because a step ran again for a secret: forgets what was derived from the earlier
    // change.
    if (this.#out.has(id) && this.#latest !== id) {
      this.#out.clear();
      this.#joined.clear();
      this.#joins.clear();
    }
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

  #before(planned: PlanStep): Known {
    const { after, step } = planned;
    if (after.length === 0) return START;
    if (after.length === 1) return this.#after(after[0]!);
    const known = this.#joined.get(step.id) ?? this.#join(after);
    this.#joined.set(step.id, known);
    // It may follow from any of them.
    this.#latest = undefined;
    return known;
  }

  /** In document order, whichever of them came first. */
  #join(ids: readonly string[]): Known {
    const from = [...new Set(ids.map((id) => this.#after(id)))].filter((each) => each !== START);
    if (from.length === 0) return START;
    const changed = changesBehind(from);
    const key = changed.map(({ step }) => step.index).join();
    const known = this.#joins.get(key) ?? {
      state: changed.reduce((reached, { step }) => this.#apply(reached, step.id), START.state),
      from,
    };
    this.#joins.set(key, known);
    return known;
  }

  #after(id: string): Known {
    // Without recursion: a document may chain ten thousand steps.
    const open = [id];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const planned = this.#out.has(at) ? undefined : this.#steps.get(at);
      const unknown = planned?.after.filter((each) => !this.#out.has(each) && this.#steps.has(each)) ?? [];
      open.push(...unknown);
      if (unknown.length > 0) continue;
      if (planned) this.#know(planned);
      open.pop();
    }
    return this.#out.get(id) ?? START;
  }

  #know(planned: PlanStep): void {
    const { id } = planned.step;
    const before = this.#before(planned);
    const state = this.#apply(before.state, id);
    this.#out.set(id, state === before.state ? before : { state, by: planned, from: [before] });
    this.#latest = id;
  }

  #apply(state: CarriedState, id: string): CarriedState {
    const change = this.#changes.get(id);
    return change ? applied(state, id, change) : state;
  }
}

/** The steps that have changed what is known, in document order. */
function changesBehind(known: readonly Known[]): PlanStep[] {
  const seen = new Set<Known>();
  const open = [...known];
  for (let each = open.pop(); each; each = open.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    open.push(...each.from);
  }
  return [...seen].flatMap(({ by }) => by ?? []).sort((a, b) => a.step.index - b.step.index);
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
