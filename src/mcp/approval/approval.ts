import { inputResponse, type ServerContext } from '@modelcontextprotocol/server';
import { deadline } from '../../base/deadline.ts';
import { plainText, visibleText } from '../../base/plain-text.ts';
import { approvalId } from '../../model/approval-id.ts';
import type { ApprovalRequest, ApprovalResult } from '../../operations/agent/tool.ts';
import type { Client } from '../client.ts';
import { type Dialog, formOf, isShownWhole, pageOffer, type Questions, type Response } from './questions.ts';

/** How long a call of an older client waits for the person, in milliseconds. A later answer still counts. */
const WAIT_MS = 50_000;

/** How long after the question an answer counts, in milliseconds: a person may be at lunch. */
export const ANSWER_COUNTS_MS = 8 * 3_600_000;

/** The sealed state of a question between two rounds of a call (revision 2026-07-28). */
export interface QuestionState {
  readonly key: string;
  readonly at: number;
  /** Of the approval that a yes gives: one answer cannot give two. */
  readonly id: string;
  /** It led to the page. */
  readonly isPage?: boolean;
}

/** A call's question to a person. */
export interface PendingQuestion {
  readonly approve: (request: ApprovalRequest) => Promise<ApprovalResult>;
  /** The question that this call must return as its result. Newer clients ask it and repeat the call. */
  readonly pending: () =>
    | { readonly request: ApprovalRequest; readonly dialog: Dialog; readonly state: QuestionState }
    | undefined;
}

interface Asking {
  readonly questions: Questions;
  readonly client: Client;
  readonly modern: boolean;
  readonly now: () => number;
}

/**
 * Asks through the client's own dialog. For clients of 2025, the question is sent during the call. Since 2026-07-28
 * the question is the call's result, and the client repeats the call with the answer and the sealed state.
 */
export function askingThrough(
  { mcpReq }: ServerContext,
  { questions, client, modern, now }: Asking,
): PendingQuestion {
  const { forms, urls, dialog } = client;
  let pending: ReturnType<PendingQuestion['pending']>;

  async function approve(asked: ApprovalRequest): Promise<ApprovalResult> {
    const request = plain(asked);
    const returned = modern ? answerInCall(request) : undefined;
    if (returned) return returned;
    const known = questions.take(request.key);
    if (known && !(modern && known === 'open')) return { answer: known };
    if (request.page?.isRepeated) return { answer: 'on-page' };
    const isPage = urls && request.page !== undefined;
    if (!isPage && (!forms || !isShownWhole(request, dialog))) return { answer: 'nobody-asked' };
    if (modern) {
      const state = { key: request.key, at: now(), id: approvalId(), ...(isPage && { isPage }) };
      pending = { request, dialog, state };
      return { answer: 'open' };
    }
    return await askNow(request, isPage);
  }

  /** The answer in this call, if it belongs to this question. */
  function answerInCall({ key, script }: ApprovalRequest): ApprovalResult | undefined {
    const state = mcpReq.requestState<QuestionState>();
    if (typeof state !== 'object' || state.key !== key) return undefined;
    const response = inputResponse(mcpReq.inputResponses, 'approval');
    if (response.kind !== 'elicit') return undefined;
    const latencyMs = now() - state.at;
    const reading = { afterMs: latencyMs, characters: script.length, isPage: state.isPage };
    const answer = questions.answered(key, response, reading);
    questions.take(key);
    return { answer, latencyMs, id: state.id };
  }

  async function askNow(request: ApprovalRequest, isPage: boolean): Promise<ApprovalResult> {
    const at = now();
    const { key, script } = request;
    questions.opened(key);
    let latencyMs: number | undefined;
    const answered = mcpReq
      .send(
        {
          method: 'elicitation/create',
          params: isPage
            ? { mode: 'url', ...pageOffer(request), elicitationId: approvalId() }
            : formOf(request, { modern, dialog }),
        },
        { timeout: ANSWER_COUNTS_MS },
      )
      .catch((): Response => ({ action: 'failed' }))
      .then((response) => {
        latencyMs = now() - at;
        return questions.answered(key, response, { afterMs: latencyMs, characters: script.length, isPage });
      });
    const late = new Promise<'open'>((resolve) => {
      deadline(WAIT_MS).addEventListener('abort', () => resolve('open'));
      mcpReq.signal.addEventListener('abort', () => resolve('open'));
    });
    const answer = await Promise.race([answered, late]);
    if (answer !== 'open') questions.take(key);
    return { answer, ...(latencyMs === undefined ? {} : { latencyMs }) };
  }

  return { approve, pending: () => pending };
}

function plain(request: ApprovalRequest): ApprovalRequest {
  const { what, box, script } = request;
  return { ...request, what: plainText(what), box: plainText(box), script: visibleText(script) };
}
