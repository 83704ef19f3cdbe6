import type { Place } from '../place.ts';

/** A document of the comparison. */
interface ComparedDocument {
  readonly file: string;
  readonly name: string;
}

/** Why a document differs: its own words, and where they are. */
export interface Reason {
  readonly side: 'a' | 'b';
  readonly text: string;
  readonly place: Place;
}

/** One step or problem that is not the same in both documents. */
export interface StepDifference {
  readonly id: string;
  readonly title: string;
  readonly kind: 'only-a' | 'only-b' | 'changed' | 'moved';
  /** What of it differs: `Run`, `Fix`, `Verify`, `Undo`, `When`, `Needs`, `prose`. */
  readonly parts: readonly string[];
  readonly reasons: readonly Reason[];
  /** Lines of a unified diff of the step's markdown. */
  readonly lines: readonly string[];
}

/** An input or a fact with another value. Values of secrets are never in a document. */
export interface ValueDifference {
  readonly name: string;
  readonly of: 'input' | 'fact' | 'endpoint';
  /** Absent: the document does not declare it. */
  readonly a?: string;
  readonly b?: string;
  readonly reasons: readonly Reason[];
}

/** The result of `runbook diff`. */
export interface DiffReport {
  readonly a: ComparedDocument;
  readonly b: ComparedDocument;
  readonly values: readonly ValueDifference[];
  readonly steps: readonly StepDifference[];
  /** Steps and problems that are the same in both. */
  readonly same: number;
}
