import type { Baseline } from '../../journal/baseline.ts';
import type { DriftFinding } from '../../model/reports/drift.ts';
import type { OperationContext } from '../operation.ts';
import type { Preview } from '../pass/preview.ts';
import type { Session } from '../session/session.ts';

/** The input of a drift source. */
export interface DriftView {
  readonly context: OperationContext;
  readonly session: Session;
  readonly preview: Preview;
  readonly baseline: Baseline | undefined;
  /** Ids of the steps that are confirmed as they are now written. Only these can drift. */
  readonly confirmed: ReadonlySet<string>;
}

/** What one source found, and how much it compared. */
interface Drifted {
  readonly findings: readonly DriftFinding[];
  readonly looked: readonly { readonly source: string; readonly count: number }[];
  /** What was not compared, and why. */
  readonly notes?: readonly string[];
}

/** Compares one part of what the runbook created with the current state; changes nothing. */
export type DriftSource = (view: DriftView) => Promise<Drifted>;
