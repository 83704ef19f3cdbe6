import type { z } from 'zod';
import type { OperationBody } from '../operation.ts';
import type { AgentContext, ToolBody } from './tool.ts';
import { withoutOutput } from './workspace.ts';

/** How an agent calls a verb: everything about the tool that the verb does not know. */
export interface OperationTool<
  Input extends z.ZodObject,
  Report,
  ToolInput extends z.ZodObject,
  ToolOutput extends z.ZodObject,
> extends Omit<ToolBody<ToolInput, ToolOutput>, 'run'> {
  /** The verb's flags from the tool's input; the input itself if absent. @throws RunbookError for what an agent may not ask */
  readonly flags?: (
    input: z.infer<ToolInput>,
    context: AgentContext,
  ) => z.input<Input> | Promise<z.input<Input>>;
  /** The tool's answer from the verb's report. */
  readonly answer: (
    report: Report,
    context: AgentContext,
  ) => z.infer<ToolOutput> | Promise<z.infer<ToolOutput>>;
}

/** The tool that runs a verb. */
export function operationTool<
  Input extends z.ZodObject,
  Report,
  ToolInput extends z.ZodObject,
  ToolOutput extends z.ZodObject,
>(
  operation: OperationBody<Input, Report>,
  {
    flags = (input) => input as z.input<Input>,
    answer,
    ...tool
  }: OperationTool<Input, Report, ToolInput, ToolOutput>,
): ToolBody<ToolInput, ToolOutput> {
  return {
    ...tool,
    run: async (context, input) => {
      const given = operation.input.parse(await flags(input, context));
      return await answer(await operation.run(withoutOutput(context), given), context);
    },
  };
}
