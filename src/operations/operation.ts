import type { z } from 'zod';
import type { ExitCode } from '../model/diagnostic.ts';
import type { RunEvent } from '../model/outcome.ts';
import type { World } from '../world.ts';
import type { Audience } from './session/audience.ts';

/** What an operation is given beside its input. */
export interface OperationContext {
  readonly world: World;
  /** The story as it happens; masked. */
  readonly emit: (event: RunEvent) => void;
  /** Ctrl-C, a cancelled call, a vanished client. */
  readonly signal: AbortSignal;
  /** Who reads the answer; the person, if it is not given. */
  readonly audience?: Audience;
  /** The agent that asked, as its client names itself; undefined: a person or a schedule. */
  readonly agent?: string;
}

/**
 * One verb, from which both front ends derive themselves: the command its flags and help, the MCP server its tools.
 *
 * Input fields are zod schemas with `.describe()` for help, and `.meta({ ... })`:
 * `positional: true` (an argument instead of a flag), `flag: 'input'` (another name on the command line),
 * `placeholder: 'ID'`, `repeat: true` (K=V pairs gathered into a record, or a list), `hidden: true`.
 * camelCase names become kebab-case flags.
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output = unknown> {
  /** kebab-case; the subcommand's name. Two words, such as `box launch`, where src/cli/verbs knows the first as a family. */
  readonly name: string;
  /** One line, for lists. */
  readonly summary: string;
  /** Longer help; examples are appended by the command. */
  readonly description: string;
  readonly examples: readonly string[];
  /** read: touches nothing. write: changes the document or the person's state. act: changes the box. */
  readonly effect: 'read' | 'write' | 'act';
  readonly input: Input;
  /** @throws RunbookError with diagnostics and an exit code where it cannot go on. */
  run(context: OperationContext, input: z.infer<Input>): Promise<Output>;
  /** Exit code for an answer. */
  exit(output: Output): ExitCode;
}

/** Keeps the types of one operation together; the table is operations/all. */
export function defineOperation<Input extends z.ZodObject, Output>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}
