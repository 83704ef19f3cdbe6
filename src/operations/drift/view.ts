import type { Baseline } from '../../journal/baseline.ts';
import type { DriftFinding } from '../../model/drift.ts';
import type { OperationContext } from '../operation.ts';
import type { Preview } from '../pass/preview.ts';
import type { Session } from '../session/session.ts';

/** What a source of drift may look at. */
export interface DriftView {
  readonly context: OperationContext;
  readonly session: Session;
  readonly preview: Preview;
  readonly baseline: Baseline | undefined;
  /** Ids of the steps that are confirmed here as they now stand in the document: for no others can anything drift. */
  readonly confirmed: ReadonlySet<string>;
}

/** What one source found, and how much it looked at. */
interface Drifted {
  readonly findings: readonly DriftFinding[];
  readonly looked: readonly { readonly source: string; readonly count: number }[];
}

/** Compares one part of what the runbook made with what is there now; changes nothing. */
export type DriftSource = (view: DriftView) => Promise<Drifted>;
