import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { AgentContext, ApprovalRequest, ApprovalResult, Job } from '../operations/agent/tool.ts';
import { askingThrough, type PendingQuestion, type QuestionState } from './approval/approval.ts';
import { clientOf } from './client.ts';
import type { Serving } from './serving.ts';
import { progressReporter } from './tools/progress.ts';

/** Where a call arrived. */
export interface Connection {
  readonly server: Server;
  /** Revision 2026-07-28 or later. */
  readonly modern: boolean;
  readonly seal: (state: QuestionState) => Promise<string>;
}

/** The context of one call for its tool. */
export class CallContext implements AgentContext {
  readonly world: AgentContext['world'];
  readonly file: string;
  readonly trust: AgentContext['trust'];
  readonly readOnly: boolean;
  readonly client: string;
  readonly jobs: AgentContext['jobs'];
  readonly progress: AgentContext['progress'];
  readonly becomeTask: AgentContext['becomeTask'];
  readonly approve: (request: ApprovalRequest) => Promise<ApprovalResult>;
  readonly #question: PendingQuestion;
  readonly #controller = new AbortController();
  readonly #cancelled: AbortSignal;
  #isAnswered = false;
  /** The job whose result this call returns later, as a task. */
  task: Job<object> | undefined;

  constructor(serving: Serving, { server, modern }: Connection, sdk: ServerContext) {
    const { world, file, trust, readOnly, questions, jobs } = serving;
    const client = clientOf(server, sdk, modern);
    this.world = world;
    this.file = file;
    this.trust = trust;
    this.readOnly = readOnly;
    this.client = client.name;
    this.progress = progressReporter(sdk, world.now);
    this.#question = askingThrough(sdk, { questions, client, modern, now: world.now });
    this.approve = (request) => this.#question.approve(request);
    if (client.tasks) {
      this.becomeTask = (job) => {
        this.task = job;
      };
    }
    this.#cancelled = sdk.mcpReq.signal;
    if (this.#cancelled.aborted) this.abort();
    this.#cancelled.addEventListener('abort', this.abort);
    this.jobs = jobs.forCall(this, () => this.#isAnswered);
  }

  /** Aborted when the client cancels the call before it is answered, and when the tool's time limit is reached. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The question to the person that this call must return. */
  get pending(): ReturnType<PendingQuestion['pending']> {
    return this.#question.pending();
  }

  /** Signals the tool that its time limit is reached. */
  readonly abort = (): void => this.#controller.abort();

  /** The call was answered; jobs that it started continue. */
  answered(): void {
    this.#isAnswered = true;
    this.#cancelled.removeEventListener('abort', this.abort);
  }
}
