import type { StepMemory } from '../model/journal.ts';
import type { ActReason, SkipReason } from '../model/outcome.ts';

/** What is known about a step before any of it runs. */
export interface StepSituation {
  /** The journal's entry on this box, if any. */
  readonly memory: StepMemory | undefined;
  readonly actionHash: string;
  readonly inputsHash: string;
  /** One of its needs has acted since this step was confirmed. */
  readonly needsActed: boolean;
  readonly forced: boolean;
}

/** The verdicts of a step's checks, evaluated once without waiting. */
export interface CheckTally {
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  /** Checks that cover the whole step: typed and shell checks, or file checks if the step does nothing else. */
  readonly covering: number;
}

export type StepDecision =
  | { readonly kind: 'act'; readonly reason: ActReason }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'person' };

/**
 * The first half of docs/format.md's table, from the journal alone: the step acts without evaluating its checks, or
 * the checks decide.
 */
export function decideFromJournal(
  situation: StepSituation,
): { kind: 'act'; reason: ActReason } | { kind: 'ask'; confirmed: boolean } {
  const { memory } = situation;
  if (situation.forced) return { kind: 'act', reason: 'forced' };
  if (!memory) return { kind: 'ask', confirmed: false };
  switch (memory.status) {
    case 'failed':
      return { kind: 'act', reason: 'failed-before' };
    case 'interrupted':
      return { kind: 'act', reason: 'interrupted' };
    case 'undone':
      return { kind: 'ask', confirmed: false };
    case 'confirmed':
      if (memory.action !== situation.actionHash) return { kind: 'act', reason: 'edited' };
      if (memory.inputs !== situation.inputsHash) return { kind: 'act', reason: 'inputs-changed' };
      if (situation.needsActed) return { kind: 'act', reason: 'needs-acted' };
      return { kind: 'ask', confirmed: true };
  }
}

/** The second half: the decision from the verdicts. */
export function decideFromChecks(confirmed: boolean, tally: CheckTally): StepDecision {
  const allPass = tally.fail === 0 && tally.unknown === 0;
  if (confirmed) {
    if (allPass) return { kind: 'skip', reason: 'confirmed' };
    return tally.fail > 0 ? { kind: 'act', reason: 'drifted' } : { kind: 'person' };
  }
  return allPass && tally.covering > 0 ? { kind: 'skip', reason: 'found' } : { kind: 'act', reason: 'new' };
}
