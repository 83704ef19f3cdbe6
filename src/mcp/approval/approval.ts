import { inputResponse, type ServerContext } from '@modelcontextprotocol/server';
import { deadline } from '../../base/deadline.ts';
import { plainText, visibleText } from '../../base/plain-text.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../../operations/agent/tool.ts';
import { formOf, MOST_SCRIPT, type Questions, type Response } from './questions.ts';

/** How long a call of an older client waits for the person, in milliseconds. A later answer still counts. */
const WAIT_MS = 50_000;

/** How long such a question stays valid. */
const STANDS_MS = 10 * 60_000;

/** The sealed state of a question between two rounds of a call (revision 2026-07-28). */
export interface QuestionState {
  readonly key: string;
  readonly at: number;
}

/** A call's question to a person. */
export interface PendingQuestion {
  readonly approve: (request: ApprovalRequest) => Promise<ApprovalAnswer>;
  /** The question that this call must return as its result. Newer clients ask it and repeat the call. */
  readonly pending: () => { readonly request: ApprovalRequest; readonly state: QuestionState } | undefined;
}

/**
 * Asks through the client's own dialog. For clients of 2025, the question is sent during the call. Since 2026-07-28
 * the question is the call's result, and the client repeats the call with the answer and the sealed state.
 */
export function askingThrough(
  { mcpReq }: ServerContext,
  {
    questions,
    forms,
    modern,
    now,
  }: { questions: Questions; forms: boolean; modern: boolean; now: () => number },
): PendingQuestion {
  let pending: ReturnType<PendingQuestion['pending']>;

  async function approve(asked: ApprovalRequest): Promise<ApprovalAnswer> {
    const request = plain(asked);
    const returned = modern ? answerInCall(request.key) : undefined;
    if (returned) return returned;
    const known = questions.find(request.key);
    if (known && !(modern && known === 'open')) return known;
    if (!forms || (request.diff ?? request.script).length > MOST_SCRIPT) return 'nobody-asked';
    if (modern) {
      pending = { request, state: { key: request.key, at: now() } };
      return 'open';
    }
    return await askNow(request);
  }

  /** The answer in this call, if it belongs to this question. */
  function answerInCall(key: string): ApprovalAnswer | undefined {
    const state = mcpReq.requestState<QuestionState>();
    if (typeof state !== 'object' || state.key !== key) return undefined;
    const response = inputResponse(mcpReq.inputResponses, 'approval');
    if (response.kind !== 'elicit') return undefined;
    return questions.answered(key, state.at, response);
  }

  async function askNow(request: ApprovalRequest): Promise<ApprovalAnswer> {
    const at = now();
    questions.opened(request.key, at);
    const answer = mcpReq
      .send({ method: 'elicitation/create', params: formOf(request) }, { timeout: STANDS_MS })
      .catch((): Response => ({ action: 'failed' }))
      .then((response) => questions.answered(request.key, at, response));
    const late = new Promise<'open'>((resolve) => {
      deadline(WAIT_MS).addEventListener('abort', () => resolve('open'));
      mcpReq.signal.addEventListener('abort', () => resolve('open'));
    });
    return await Promise.race([answer, late]);
  }

  return { approve, pending: () => pending };
}

function plain(request: ApprovalRequest): ApprovalRequest {
  return {
    ...request,
    box: plainText(request.box),
    script: visibleText(request.script),
    ...(request.diff === undefined ? {} : { diff: visibleText(request.diff) }),
  };
}
