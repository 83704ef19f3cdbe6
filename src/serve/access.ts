import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Sign-ins that are remembered; the oldest is forgotten first. */
const MAX_SESSIONS = 16;

/** Milliseconds that a code can be used. */
const CODE_MS = 10 * 60_000;

/** A browser that has signed in. */
export interface BrowserSession {
  readonly id: string;
  /** Every form carries it, because a browser sends cookies with requests that another site makes. */
  readonly token: string;
}

/**
 * Who may use the page: the person who has the one-time code from the terminal where the page was started. Codes and
 * sessions are in memory only, so that nothing on disk gives access.
 */
export class Access {
  #code: { readonly hash: Buffer; readonly until: number } | undefined;
  readonly #sessions = new Map<string, BrowserSession>();

  constructor(private readonly now: () => number) {}

  /** A new code. It replaces the one before, and can be used once. */
  newCode(): string {
    const code = randomBytes(16).toString('base64url');
    this.#code = { hash: sha256(code), until: this.now() + CODE_MS };
    return code;
  }

  /** The cookie's value for a code; undefined: the code is wrong, used, or too old. */
  exchange(code: string): string | undefined {
    const known = this.#code;
    if (!known || known.until < this.now() || !timingSafeEqual(known.hash, sha256(code))) return undefined;
    this.#code = undefined;
    const cookie = randomBytes(32).toString('base64url');
    const id = sha256(cookie).toString('hex');
    this.#sessions.set(id, { id, token: randomBytes(32).toString('base64url') });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return cookie;
  }

  /** The session of a cookie. Sessions are found by the cookie's hash, so response times reveal nothing about cookies. */
  session(cookie: string | undefined): BrowserSession | undefined {
    return cookie === undefined ? undefined : this.#sessions.get(sha256(cookie).toString('hex'));
  }
}

/** Whether a form came from a page of this session. */
export function isTokenOf({ token }: BrowserSession, given: string): boolean {
  return timingSafeEqual(sha256(token), sha256(given));
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
