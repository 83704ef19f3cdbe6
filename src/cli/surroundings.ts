import type { OperationRow } from '../operations/all.ts';
import type { World } from '../world.ts';
import type { Output } from './output.ts';

/** All that the command touches; bin.ts hands in the real ones. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly version: string;
  readonly operations: readonly OperationRow[];
  readonly world: World;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted with an Interruption when somebody wants it to stop. */
  readonly signal: AbortSignal;
}
