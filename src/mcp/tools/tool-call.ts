import {
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { quickCalls } from '../../lean-heap.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { AgentToolRow } from '../../operations/agent/all.ts';
import { type AgentTool, LONGEST_WAIT_MS, RESULT_BUDGET } from '../../operations/agent/tool.ts';
import { formOf } from '../approval/questions.ts';
import { CallContext, type Connection } from '../call-context.ts';
import { failure } from '../failure.ts';
import type { Serving } from '../serving.ts';
import { readArguments } from './arguments.ts';
import { fitToBudget } from './budget.ts';
import { withMore } from './listed-schema.ts';
import { whyNotOffered } from './not-offered.ts';
import type { TooLong } from './open-calls.ts';
import { findTool } from './tool-name.ts';

/** Calls at once, of all clients: an agent in a loop may not take the box down. */
const MOST_CALLS = 32;

/** One call, from its name to its result. Whatever goes wrong is a result too. */
export async function callTool(
  serving: Serving,
  line: Connection,
  { params }: CallToolRequest,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const row = findTool(serving, params.name);
    refuseForbidden(serving, row);
    const tool = loaded.get(row) ?? (await load(row));
    const input = readArguments(tool, params.arguments);
    const call = new CallContext(serving, line, context);
    const outcome = await run(serving, tool, input, call);
    if ('error' in outcome) return await failed(serving, params.name, context, outcome.error);
    return call.pending ? await question(line, call.pending) : success(tool, outcome.output);
  } catch (error) {
    return await failed(serving, params.name, context, error);
  }
}

/** Tools that have been loaded: even asking for what is loaded costs a tenth of a quick call. */
const loaded = new WeakMap<AgentToolRow, AgentTool>();

async function load(row: AgentToolRow): Promise<AgentTool> {
  quickCalls();
  const tool = await row.load();
  loaded.set(row, tool);
  return tool;
}

/** Policy is enforced here, at the call; what tools/list leaves out is only courtesy. */
function refuseForbidden(serving: Serving, row: AgentToolRow): void {
  const off = whyNotOffered(serving, row);
  if (off) throw new RunbookError([off], EXIT.person);
  if (serving.calls.size >= MOST_CALLS) {
    throw refusal(
      'busy',
      `${MOST_CALLS} calls are running.`,
      'Wait for one of them to answer, then call again.',
    );
  }
}

/** What a tool came to. An error is carried, not thrown: to throw it on from function to function costs a quick call a twelfth. */
type Outcome = { readonly output: Record<string, unknown> } | { readonly error: unknown };

/** Runs a tool until it answers, is cancelled, or has had its time. */
function run(
  { calls }: Serving,
  tool: AgentTool,
  input: Record<string, unknown>,
  call: CallContext,
): Promise<Outcome> {
  return new Promise((settle) => {
    const answer = (outcome: Outcome) => {
      call.answered();
      settle(outcome);
    };
    const tooLong: TooLong = {
      stop: () => call.abort(),
      giveUp: () => answer({ error: tooSlow(tool) }),
    };
    const ended = (outcome: Outcome) => {
      calls.end(tooLong);
      answer(outcome);
    };
    calls.begin(tooLong);
    tool.run(call, input).then(
      (output) => ended(output instanceof RunbookError ? { error: output } : { output }),
      (error: unknown) => ended({ error }),
    );
  });
}

function tooSlow(tool: AgentTool): RunbookError {
  const message = `${tool.name} did not answer within ${LONGEST_WAIT_MS / 1000} seconds.`;
  const remedy = 'Ask for less at once. runbook_read tells what state things are in.';
  return refusal('too-slow', message, remedy);
}

/** What went wrong, as a result; a defect of the server is told to whoever looks after it, too. */
async function failed(
  serving: Serving,
  name: string,
  context: ServerContext,
  error: unknown,
): Promise<CallToolResult> {
  if (!(error instanceof RunbookError)) {
    serving.note(`${name}: ${error instanceof Error ? error.stack : error}`);
    await context.mcpReq.log('error', `${name} ended with a defect of the server`).catch(() => {});
  }
  return failure(error);
}

/** On success clients show their model only this, or only the text, so each is complete alone. */
function success(tool: AgentTool, output: Record<string, unknown>): CallToolResult {
  const budget = Math.min(tool.budget ?? RESULT_BUDGET.usual, RESULT_BUDGET.most);
  const structuredContent = withMore(tool.output).parse(fitToBudget(output, budget));
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/** The call's answer is a question to the person; the client repeats the call with what the person said. */
async function question(
  line: Connection,
  pending: NonNullable<CallContext['pending']>,
): Promise<InputRequiredResult> {
  return inputRequired({
    inputRequests: { approval: inputRequired.elicit(formOf(pending.request)) },
    requestState: await line.seal(pending.state),
  });
}

function refusal(code: string, message: string, remedy: string): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.person);
}
