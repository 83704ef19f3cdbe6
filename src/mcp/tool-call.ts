import {
  type CallToolRequest,
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import type { AgentToolRow } from '../operations/agent/all.ts';
import {
  type AgentContext,
  type AgentTool,
  LONGEST_WAIT_MS,
  RESULT_BUDGET,
} from '../operations/agent/tool.ts';
import { type Asking, askingThrough, type QuestionState } from './approval.ts';
import { readArguments } from './arguments.ts';
import { fitToBudget } from './budget.ts';
import { clientOf } from './client.ts';
import { failure } from './failure.ts';
import { withMore } from './listed-schema.ts';
import { whyNotOffered } from './not-offered.ts';
import { progressOf } from './progress.ts';
import { formOf } from './questions.ts';
import type { Serving } from './serving.ts';
import { findTool } from './tool-name.ts';

/** Calls at once, of all clients: an agent in a loop may not take the box down. */
const MOST_CALLS = 32;

/** Milliseconds after the longest wait at which a tool hears its signal, and again until it is given up. */
const GRACE_MS = 4_000;

/** Where a call came in. */
export interface Line {
  readonly server: Server;
  /** Revision 2026-07-28 or later. */
  readonly modern: boolean;
  readonly seal: (state: QuestionState) => Promise<string>;
}

/** One call, from its name to its result. Whatever goes wrong is a result too. */
export async function callTool(
  serving: Serving,
  line: Line,
  { params }: CallToolRequest,
  context: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const row = findTool(serving, params.name);
    refuseForbidden(serving, row);
    const tool = await loaded(row);
    const input = readArguments(tool, params.arguments);
    const client = clientOf(line.server, context, line.modern);
    const { questions, world } = serving;
    const { forms } = client;
    let asking: Asking | undefined;
    const approve: AgentContext['approve'] = (request) => {
      asking ??= askingThrough(context, { questions, forms, modern: line.modern, now: world.now });
      return asking.approve(request);
    };
    const output = await run(serving, tool, input, context, { approve, client: client.name });
    const pending = asking?.pending();
    if (pending) return await question(line, pending);
    return success(tool, output);
  } catch (error) {
    if (!(error instanceof RunbookError)) {
      serving.note(`${params.name}: ${error instanceof Error ? error.stack : error}`);
      await context.mcpReq.log('error', `${params.name} ended with a defect of the server`).catch(() => {});
    }
    return failure(error);
  }
}

const tools = new WeakMap<AgentToolRow, AgentTool>();

/** A tool, loaded once: even asking for what is loaded costs a tenth of a quick call. */
async function loaded(row: AgentToolRow): Promise<AgentTool> {
  const tool = tools.get(row) ?? (await row.load());
  tools.set(row, tool);
  return tool;
}

/** Policy is enforced here, at the call; what tools/list leaves out is only courtesy. */
function refuseForbidden(serving: Serving, row: AgentToolRow): void {
  const off = whyNotOffered(serving, row);
  if (off) throw new RunbookError([off], EXIT.person);
  const { jobs } = serving;
  if (jobs.calls >= MOST_CALLS) {
    throw refusal(
      'busy',
      `${MOST_CALLS} calls are running.`,
      'Wait for one of them to answer, then call again.',
    );
  }
}

/** Runs a tool until it answers, is cancelled, or has had its time. */
async function run(
  serving: Serving,
  tool: AgentTool,
  input: Record<string, unknown>,
  context: ServerContext,
  given: Pick<AgentContext, 'approve' | 'client'>,
): Promise<Record<string, unknown>> {
  const call = new LateController(context.mcpReq.signal);
  let answered = false;
  const jobs = serving.jobs.forCall(call, () => answered);
  const progress = progressOf(context, serving.world.now);
  const agent = new CallContext(serving, call, jobs, progress, given.approve, given.client);
  let deadline: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = () => reject(tooSlow(tool));
    const lastCall = () => {
      call.abort();
      deadline = setTimeout(giveUp, GRACE_MS).unref();
    };
    deadline = setTimeout(lastCall, LONGEST_WAIT_MS + GRACE_MS).unref();
  });
  try {
    return await Promise.race([serving.jobs.track(tool.run(agent, input)), givenUp]);
  } finally {
    answered = true;
    clearTimeout(deadline);
    call.release();
  }
}

/** What a tool is given. A class, since the shape of an object with a getter in it is worked out anew for every call. */
class CallContext implements AgentContext {
  readonly world: AgentContext['world'];
  readonly file: string;
  readonly trust: AgentContext['trust'];
  readonly readOnly: boolean;
  readonly #call: Pick<AbortController, 'signal'>;

  constructor(
    { world, file, trust, readOnly }: Serving,
    call: Pick<AbortController, 'signal'>,
    readonly jobs: AgentContext['jobs'],
    readonly progress: AgentContext['progress'],
    readonly approve: AgentContext['approve'],
    readonly client: string,
  ) {
    this.world = world;
    this.file = file;
    this.trust = trust;
    this.readOnly = readOnly;
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
}

function tooSlow(tool: AgentTool): RunbookError {
  const message = `${tool.name} did not answer within ${LONGEST_WAIT_MS / 1000} seconds.`;
  const remedy = 'Ask for less at once. runbook_read tells what state things are in.';
  return refusal('too-slow', message, remedy);
}

/**
 * An AbortController of a call, aborted with it until it is released. It is made when somebody asks for its signal: a signal
 * with its listeners costs as much as a quick call, which needs none.
 */
class LateController implements Pick<AbortController, 'signal' | 'abort'> {
  #made: AbortController | undefined;
  #aborted = false;
  readonly #cancelled: AbortSignal;
  readonly #cancel = () => this.abort();

  constructor(cancelled: AbortSignal) {
    this.#cancelled = cancelled;
  }

  get signal(): AbortSignal {
    if (this.#made) return this.#made.signal;
    this.#made = new AbortController();
    if (this.#aborted || this.#cancelled.aborted) this.#made.abort();
    else this.#cancelled.addEventListener('abort', this.#cancel);
    return this.#made.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#made?.abort();
  }

  release(): void {
    if (this.#made) this.#cancelled.removeEventListener('abort', this.#cancel);
  }
}

/** On success clients show their model only this, or only the text, so each is complete alone. */
function success(tool: AgentTool, output: Record<string, unknown>): CallToolResult {
  const budget = Math.min(tool.budget ?? RESULT_BUDGET.usual, RESULT_BUDGET.most);
  const structuredContent = withMore(tool.output).parse(fitToBudget(output, budget));
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/** The call's answer is a question to the person; the client repeats the call with what the person said. */
async function question(
  line: Line,
  pending: NonNullable<ReturnType<Asking['pending']>>,
): Promise<InputRequiredResult> {
  return inputRequired({
    inputRequests: { approval: inputRequired.elicit(formOf(pending.request)) },
    requestState: await line.seal(pending.state),
  });
}

function refusal(code: string, message: string, remedy: string): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.person);
}
