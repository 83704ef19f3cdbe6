import type { OperationContext } from '../operations/operation.ts';
import type { PassDetails } from '../operations/record/pass-details.ts';

/** The document that is served, and what its pages are made from. */
export interface ServedDocument {
  readonly context: OperationContext;
  /** As named on the command line. */
  readonly file: string;
  /** Its real path. */
  readonly path: string;
  readonly folder: string;
  readonly passes: PassDetails;
}
