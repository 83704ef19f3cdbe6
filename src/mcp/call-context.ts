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

/**
 * One call as its tool sees it. What a quick call does not ask for is not made: a signal with its listeners alone costs as much as
 * such a call.
 */
export class CallContext implements AgentContext {
  readonly #serving: Serving;
  readonly #line: Connection;
  readonly #sdk: ServerContext;
  #signal: AbortController | undefined;
  #progress: AgentContext['progress'] | undefined;
  #asking: PendingQuestion | undefined;
  #isAborted = false;
  #isAnswered = false;

  // Tools take these two apart from their context.
  readonly progress: AgentContext['progress'] = (message, fraction) => {
    this.#progress ??= progressReporter(this.#sdk, this.#serving.world.now);
    this.#progress(message, fraction);
  };

  readonly approve = (request: ApprovalRequest): Promise<ApprovalAnswer> => {
    this.#asking ??= this.#ask();
    return this.#asking.approve(request);
  };

  readonly #cancel = () => this.abort();

  constructor(serving: Serving, line: Connection, sdk: ServerContext) {
    this.#serving = serving;
    this.#line = line;
    this.#sdk = sdk;
  }

  get world(): AgentContext['world'] {
    return this.#serving.world;
  }

  get file(): string {
    return this.#serving.file;
  }

  get trust(): AgentContext['trust'] {
    return this.#serving.trust;
  }

  get readOnly(): boolean {
    return this.#serving.readOnly;
  }

  get client(): string {
    return clientOf(this.#line.server, this.#sdk, this.#line.modern).name;
  }

  /** Aborted with the call until that is answered. */
  get signal(): AbortSignal {
    if (this.#signal) return this.#signal.signal;
    this.#signal = new AbortController();
    const { signal: cancelled } = this.#sdk.mcpReq;
    if (this.#isAborted || cancelled.aborted) this.abort();
    else if (!this.#isAnswered) cancelled.addEventListener('abort', this.#cancel);
    return this.#signal.signal;
  }

  get jobs(): AgentContext['jobs'] {
    return this.#serving.jobs.forCall(this, () => this.#isAnswered);
  }

  /** The question that this call has to be answered with. */
  get pending(): ReturnType<PendingQuestion['pending']> {
    return this.#asking?.pending();
  }

  /** Tells the tool that its time is over. */
  abort(): void {
    this.#isAborted = true;
    this.#signal?.abort();
  }

  /** The call has its answer; jobs that it began go on without it. */
  answered(): void {
    this.#isAnswered = true;
    if (this.#signal) this.#sdk.mcpReq.signal.removeEventListener('abort', this.#cancel);
  }

  #ask(): PendingQuestion {
    const { server, modern } = this.#line;
    const { questions, world } = this.#serving;
    const { forms } = clientOf(server, this.#sdk, modern);
    return askingThrough(this.#sdk, { questions, forms, modern, now: world.now });
  }
}
