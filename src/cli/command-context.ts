import type { OperationRow } from '../operations/all.ts';
import type { World } from '../world.ts';
import type { Output } from './output.ts';

/** Everything outside that the command uses; bin.ts passes the real ones. */
export interface CommandContext {
  readonly argv: readonly string[];
  readonly version: string;
  readonly operations: readonly OperationRow[];
  readonly world: World;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted with an Interruption when the command should stop. */
  readonly signal: AbortSignal;
}
