import type { Place } from '../place.ts';

/** The result of `runbook export`. */
export interface ExportReport {
  readonly file: string;
  readonly format: string;
  /** As the person named it. */
  readonly folder: string;
  /** `kept`: a person changed, removed or made it, so it was left as it is. */
  readonly files: readonly {
    readonly path: string;
    readonly action: 'written' | 'unchanged' | 'kept' | 'removed';
  }[];
  /** What the format cannot say. */
  readonly losses: readonly { readonly place: Place; readonly what: string; readonly reason: string }[];
  readonly partialAllowed: boolean;
}
