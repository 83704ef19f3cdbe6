import type { Journal } from '../../journal/journal.ts';
import type { BackgroundProcess, Box } from '../../model/box.ts';
import type { JournalState } from '../../model/journal.ts';
import type { RunEvent } from '../../model/outcome.ts';
import type { RecordNote } from '../../model/pass-record.ts';
import type { Plan, PlanStep } from '../../model/plan.ts';
import type { ShellState } from '../../model/shell.ts';
import type { Masker } from '../../secrets/mask.ts';
import type { Person } from '../../world.ts';
import type { ApprovedClosure } from '../approval/approved-closure.ts';
import type { Audience } from '../session/audience.ts';
import type { StepGate } from './gate.ts';
import type { CarriedStates, StateChange } from './state.ts';

/** What the person asked of this pass. */
export interface PassOptions {
  /** The verb, shown to a caller that finds the box locked; default `replay`. */
  readonly command?: string;
  readonly from?: string;
  readonly only?: string;
  readonly accept?: string;
  readonly force: boolean;
  readonly keepGoing: boolean;
  /** With keepGoing: a failed step stops no other, as in a loose document, which knows no needs. */
  readonly independent?: boolean;
  readonly jobs: number;
  /** Loose documents on a terminal: ask block by block. */
  readonly askEachStep: boolean;
  /** Look for the cause of a failure. The agent's loop does that separately. */
  readonly explain?: boolean;
}

/** All that the steps of one pass share. */
export interface Pass {
  readonly plan: Plan;
  readonly options: PassOptions;
  readonly box: Box;
  readonly journal: Journal;
  readonly masker: Masker;
  /** What a person let run; nothing else does. Undefined: nothing runs. */
  readonly approved: ApprovedClosure | undefined;
  /** Whether a person approved what the document asks. */
  readonly checksApproved: boolean;
  readonly audience: Audience;
  /** Names whose value an agent may see. */
  readonly shown: ReadonlySet<string>;
  readonly state: CarriedStates;
  /** On the box: relative paths start here. */
  readonly folder: string;
  /** This machine, where the files next to the document are read that fences name in `from`. */
  readonly documentFolder: string;
  /** Names what this document applies from this box to a cluster. */
  readonly inventory: string;
  /** Values of declared inputs, facts and the front matter's env, by name. */
  readonly declared: ReadonlyMap<string, string>;
  /** Of these, the recorded facts alone: what a fact probe may see. */
  readonly facts: ReadonlyMap<string, string>;
  /** Replaces `${NAME}` with what the next shell fence would see. */
  readonly substitute: (text: string, state: ShellState) => string;
  /** What the journal may hold of a change: secrets by name only; undefined: nothing changed. */
  readonly keptState: (change: StateChange) => JournalState | undefined;
  /**
   * The log of a background fence. After this program has ended, its output is not masked, so it is not kept if the runbook
   * declares a secret.
   */
  readonly backgroundLog: (step: string, fence: number) => string;
  /** Background processes that end with the pass. */
  readonly endWithPass: Set<BackgroundProcess>;
  readonly inputsHashOf: (planned: PlanStep) => string;
  readonly person?: Person;
  /** Steps hold it shared, a reactive Fix alone. */
  readonly gate: StepGate;
  readonly emit: (event: RunEvent) => void;
  /** Id of the pass's record; undefined: it is not recorded. */
  readonly recordId?: string;
  /** The value of `TRACEPARENT` for the programs of a step; absent: the pass is not sent as a trace. */
  readonly traceparent?: (step: string) => string;
  /** Adds to the record of the pass what is not an event. */
  readonly note: (note: RecordNote) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** The value of `${NAME}` at this point of the pass, as the next shell fence would see it. */
export function lookupIn(
  pass: Pick<Pass, 'declared'>,
  state: ShellState,
): (name: string) => string | undefined {
  return (name) => {
    const carried = state.variables.get(name);
    return carried === undefined ? pass.declared.get(name) : (carried ?? undefined);
  };
}
