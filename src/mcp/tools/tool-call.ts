import {
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { EXIT, RunbookError, runbookError } from '../../model/diagnostic.ts';
import { type AgentTool, LONGEST_WAIT_MS, RESULT_BUDGET } from '../../operations/agent/tool.ts';
import type { AgentToolRow } from '../../operations/all.ts';
import { formOf, pageOffer } from '../approval/questions.ts';
import { CallContext, type Connection } from '../call-context.ts';
import { failure } from '../failure.ts';
import type { Serving } from '../serving.ts';
import { readToolArguments } from './arguments.ts';
import { fitToBudget } from './budget.ts';
import { withMore } from './listed-schema.ts';
import { whyNotOffered } from './not-offered.ts';
import { workingTask } from './tasks.ts';
import { findTool } from './tool-name.ts';

/** Maximum number of calls at once, so that an agent in a loop cannot overload the box. */
const MAX_CALLS = 32;

/** Handles one call from its name to its result. Errors are results too. */
export async function callTool(
  serving: Serving,
  line: Connection,
  { params }: CallToolRequest,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const row = findTool(serving, params.name);
    refuseForbidden(serving, row);
    const tool = await row.load();
    const input = readToolArguments(tool, params.arguments);
    const call = new CallContext(serving, line, context);
    const output = await run(serving, tool, input, call);
    if (call.pending) return await question(line, call.pending);
    if (call.task === undefined) return success(tool, output);
    const { id, ended } = call.task;
    const later = ended.then((result) => success(tool, result as typeof output)).catch(failure);
    serving.taskResults.set(id, later);
    // The types of the SDK do not know results of extensions.
    return workingTask(id, new Date(serving.world.now()).toISOString()) as unknown as CallToolResult;
  } catch (error) {
    return await failed(serving, params.name, context, error);
  }
}

/** The policy is enforced here; omitting tools from tools/list is only a convenience. */
function refuseForbidden(serving: Serving, row: AgentToolRow): void {
  const off = whyNotOffered(serving, row);
  if (off) throw new RunbookError([off], EXIT.person);
  if (serving.calls.size >= MAX_CALLS) {
    throw refusal(
      'busy',
      `At most ${MAX_CALLS} calls may run at once. That many are running.`,
      'Wait until one of them returns, then call again.',
    );
  }
}

/** Runs a tool until it returns, is canceled, or its time limit is reached. */
async function run(
  { calls }: Serving,
  tool: AgentTool,
  input: Record<string, unknown>,
  call: CallContext,
): Promise<Record<string, unknown>> {
  try {
    return await calls.run(() => tool.run(call, input), { stop: call.abort, error: () => tooSlow(tool) });
  } finally {
    call.answered();
  }
}

function tooSlow(tool: AgentTool): RunbookError {
  const message = `${tool.name} did not finish within ${LONGEST_WAIT_MS / 1000} seconds.`;
  const remedy = 'Request less at once. runbook_read shows the current state.';
  return refusal('too-slow', message, remedy);
}

/** Converts an error into a result. A bug in the server is also reported to the operator. */
async function failed(
  serving: Serving,
  name: string,
  context: ServerContext,
  error: unknown,
): Promise<CallToolResult> {
  if (!(error instanceof RunbookError)) {
    serving.note(`${name}: ${error instanceof Error ? error.stack : error}`);
    await context.mcpReq.log('error', `${name} ended with an internal error of the server`).catch(() => {});
  }
  return failure(error);
}

/** Some clients show their model only the structured result, others only the text, so each is complete. */
function success(tool: AgentTool, output: Record<string, unknown>): CallToolResult {
  const budget = Math.min(tool.budget ?? RESULT_BUDGET.usual, RESULT_BUDGET.most);
  const structuredContent = withMore(tool.output).parse(fitToBudget(output, budget));
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/** Returns a question to the person as the call's result. The client repeats the call with the answer. */
async function question(
  line: Connection,
  pending: NonNullable<CallContext['pending']>,
): Promise<InputRequiredResult> {
  const { request, dialog } = pending;
  return inputRequired({
    inputRequests: {
      approval: pending.state.isPage
        ? inputRequired.elicitUrl(pageOffer(request))
        : inputRequired.elicit(formOf(request, { modern: true, dialog })),
    },
    requestState: await line.seal(pending.state),
  });
}

function refusal(code: string, message: string, remedy: string): RunbookError {
  return runbookError({ code, message, remedy }, EXIT.person);
}
