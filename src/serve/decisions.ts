import { randomBytes } from 'node:crypto';
import { type OpenAsk, openAsk } from '../operations/asks/ask-detail.ts';
import { approveAsked, refuseAsked } from '../operations/asks/decide.ts';
import { htmlPage, type ServedFrame } from '../page/html-page.ts';
import { askPage } from '../page/live/ask-pages.ts';
import { type BrowserSession, isTokenOf } from './access.ts';
import type { ServedDocument } from './served-document.ts';

/** Questions that were shown and can still be answered; the oldest are forgotten first. */
const MAX_SHOWN = 200;

/** What a browser was shown, and when. */
interface Shown {
  readonly key: string;
  readonly hash: string;
  readonly at: number;
  readonly session: string;
}

/** An answer to a decision: a page, or the address of the next one. */
export type Decided = { readonly html: string } | { readonly next: string };

/**
 * The person's decisions. An answer counts only for what this browser was shown, after the time that reading takes, and only while it
 * is still what would run.
 */
export class Decisions {
  readonly #shown = new Map<string, Shown>();

  constructor(private readonly served: ServedDocument) {}

  /** The page of a question; undefined: no agent asked this. */
  async page(
    key: string,
    session: BrowserSession,
    frame: ServedFrame,
    notice?: string,
  ): Promise<string | undefined> {
    const ask = await this.#open(key);
    return ask && this.#render(ask, session, frame, notice);
  }

  /** Takes an answer; undefined: no agent asked this. */
  async decide(
    key: string,
    fields: URLSearchParams,
    session: BrowserSession,
    frame: ServedFrame,
  ): Promise<Decided | undefined> {
    const ask = await this.#open(key);
    if (!ask) return undefined;
    const again = (notice: string): Decided => ({ html: this.#render(ask, session, frame, notice) });
    const id = fields.get('shown') ?? '';
    const shown = this.#shown.get(id);
    const isOwn = shown?.session === session.id && shown.key === key;
    if (!isOwn || !isTokenOf(session, fields.get('token') ?? ''))
      return again('This form is too old. Read what would run, and answer again.');
    const answer = fields.get('answer') ?? '';
    if (!['refuse', 'once', 'project'].includes(answer)) return again('Choose one of the answers.');
    // A form counts once, also if its button is pressed twice.
    this.#shown.delete(id);
    const done: Decided = { next: `/approvals/${key}` };
    if (answer === 'refuse') {
      await refuseAsked(ask, fields.get('reason')?.trim().slice(0, 1_000) || 'no reason was given');
      return done;
    }
    const refused = await approveAsked(this.served.context, ask, {
      scope: answer === 'once' ? 'once' : 'project',
      shown: { hash: shown.hash, latencyMs: this.served.context.world.now() - shown.at },
    });
    return refused === undefined ? done : again(NOT_COUNTED[refused]);
  }

  async #open(key: string): Promise<OpenAsk | undefined> {
    return await openAsk(this.served.context, this.served.file, key);
  }

  #render({ detail }: OpenAsk, session: BrowserSession, served: ServedFrame, notice?: string): string {
    const shown = randomBytes(16).toString('base64url');
    const at = this.served.context.world.now();
    this.#shown.set(shown, { key: detail.key, hash: detail.hash, at, session: session.id });
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MAX_SHOWN && oldest !== undefined) this.#shown.delete(oldest);
    const main = askPage(detail, { token: session.token, shown, notice });
    return htmlPage({ title: `Approve ${detail.what}`, main, served });
  }
}

const NOT_COUNTED = {
  'too-fast':
    'This answer came faster than a person can read what would run, so it does not count. Answer again.',
  changed:
    'The document, a value or a file changed while you read, so this answer does not count. This is what would run now.',
} as const;
