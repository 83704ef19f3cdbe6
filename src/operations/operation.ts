import type { z } from 'zod';
import type { ExitCode } from '../model/diagnostic.ts';
import type { RunEvent } from '../model/outcome.ts';
import type { World } from '../world.ts';
import type { Audience } from './session/audience.ts';

/** The context of an operation, in addition to its input. */
export interface OperationContext {
  readonly world: World;
  /** Progress events, masked. */
  readonly emit: (event: RunEvent) => void;
  /** Ctrl-C, a canceled call, a disconnected client. */
  readonly signal: AbortSignal;
  /** The reader of the answer; default: the person. */
  readonly audience?: Audience;
  /** The agent that called, as its client names itself; undefined for a person or a schedule. */
  readonly agent?: string;
  /** What its passes are part of, for their record: `prove`, or the fault of `chaos`. */
  readonly within?: string;
}

/**
 * What a verb does. Both front ends are derived from it: the command's flags and help, and the MCP server's tools.
 *
 * Input fields are zod schemas with `.describe()` for help, and `.meta({ ... })`:
 * `positional: true` (an argument instead of a flag), `flag: 'input'` (another name on the command line),
 * `short: 'o'` (also `-o`), `placeholder: 'ID'`, `repeat: true` (K=V pairs as a record, or a list), `hidden: true`.
 * camelCase names become kebab-case flags.
 */
export interface OperationBody<Input extends z.ZodObject = z.ZodObject, Output = unknown> {
  /** Longer help; examples are appended by the command. */
  readonly description: string;
  readonly examples: readonly string[];
  readonly input: Input;
  /** @throws RunbookError with diagnostics and an exit code if it cannot continue */
  run(context: OperationContext, input: z.infer<Input>): Promise<Output>;
  /** Exit code of a result. */
  exit(output: Output): ExitCode;
}

/** One verb, with what its row in operations/all says of it. */
export interface Operation extends OperationBody {
  /**
   * The subcommand's name in kebab-case. Two words, such as `box launch`, if the first is a family in src/cli/verbs.
   */
  readonly name: string;
  /** One line, for lists. */
  readonly summary: string;
  /** read: changes nothing. write: changes the document or the person's state. act: changes the box. */
  readonly effect: 'read' | 'write' | 'act';
}

/** Infers the types of one operation; the table is operations/all. */
export function defineOperation<Input extends z.ZodObject, Output>(
  operation: OperationBody<Input, Output>,
): OperationBody<Input, Output> {
  return operation;
}
