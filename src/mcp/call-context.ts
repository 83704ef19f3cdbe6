import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { AgentContext, ApprovalAnswer, ApprovalRequest } from '../operations/agent/tool.ts';
import { askingThrough, type PendingQuestion, type QuestionState } from './approval/approval.ts';
import { clientOf } from './client.ts';
import type { Serving } from './serving.ts';
import { progressReporter } from './tools/progress.ts';

/** Where a call came in. */
export interface Connection {
  readonly server: Server;
  /** Revision 2026-07-28 or later. */
  readonly modern: boolean;
  readonly seal: (state: QuestionState) => Promise<string>;
}

/** One call as its tool sees it. */
export class CallContext implements AgentContext {
  readonly world: AgentContext['world'];
  readonly file: string;
  readonly trust: AgentContext['trust'];
  readonly readOnly: boolean;
  readonly client: string;
  readonly jobs: AgentContext['jobs'];
  readonly progress: AgentContext['progress'];
  readonly approve: (request: ApprovalRequest) => Promise<ApprovalAnswer>;
  readonly #question: PendingQuestion;
  readonly #controller = new AbortController();
  readonly #cancelled: AbortSignal;
  #isAnswered = false;

  constructor(serving: Serving, { server, modern }: Connection, sdk: ServerContext) {
    const { world, file, trust, readOnly, questions, jobs } = serving;
    const { name, forms } = clientOf(server, sdk, modern);
    this.world = world;
    this.file = file;
    this.trust = trust;
    this.readOnly = readOnly;
    this.client = name;
    this.progress = progressReporter(sdk, world.now);
    this.#question = askingThrough(sdk, { questions, forms, modern, now: world.now });
    this.approve = (request) => this.#question.approve(request);
    this.#cancelled = sdk.mcpReq.signal;
    if (this.#cancelled.aborted) this.abort();
    this.#cancelled.addEventListener('abort', this.abort);
    this.jobs = jobs.forCall(this, () => this.#isAnswered);
  }

  /** Aborted when the client cancels the call before it is answered, and when the tool has had its time. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The question to the person that the call has to be answered with. */
  get pending(): ReturnType<PendingQuestion['pending']> {
    return this.#question.pending();
  }

  /** Tells the tool that its time is over. */
  readonly abort = (): void => this.#controller.abort();

  /** The call has its answer; jobs that it began continue without it. */
  answered(): void {
    this.#isAnswered = true;
    this.#cancelled.removeEventListener('abort', this.abort);
  }
}
