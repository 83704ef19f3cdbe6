import type { IncomingMessage, ServerResponse } from 'node:http';
import { RunbookError } from '../model/diagnostic.ts';
import { htmlPage, type ServedFrame, servedPolicy } from '../page/html-page.ts';
import { messagePage, signInPage } from '../page/live/sign-in-page.ts';
import type { Access } from './access.ts';
import type { Decisions } from './decisions.ts';
import type { EventStreams } from './event-streams.ts';
import { foreignRequest, type Refusal } from './request-guards.ts';
import type { ServedDocument } from './served-document.ts';
import type { ViewCache } from './view-cache.ts';
import { views } from './views.ts';

/** What a request is answered from. */
export interface ServeContext {
  readonly served: ServedDocument;
  readonly access: Access;
  readonly streams: EventStreams;
  readonly cache: ViewCache;
  readonly decisions: Decisions;
  /** How many questions wait for the person. */
  readonly waiting: () => Promise<number>;
  readonly port: number;
}

/** Bytes of a form. */
const MAX_FORM = 16 * 1024;

/** The listener of the server. Errors become pages. */
export function answerWith(
  serving: ServeContext,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(serving, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      const known = error instanceof RunbookError;
      const lines = known
        ? error.diagnostics.flatMap(({ message, remedy }) => [message, remedy])
        : ['runbook itself failed on this page. Its terminal is not affected.'];
      sendPage(response, known ? 404 : 500, frameFor('/', true), ['This page cannot be shown', lines]);
    });
  };
}

async function answer(
  serving: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of headers) response.setHeader(name, value);
  const refused = foreignRequest(request, serving.port) ?? tooLarge(request);
  if (refused) response.setHeader('Connection', 'close');
  if (refused) return sendPage(response, refused.status, frameFor('/', false), ['Refused', [refused.why]]);
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${serving.port}`);
  if (url.pathname === '/sign-in') return await signIn(serving, request, response, url);
  const session = serving.access.session(cookieOf(request, serving.port));
  if (!session) return askForCode(response, `${url.pathname}${url.search}`);
  if (url.pathname === '/events') return openStream(serving.streams, response);
  const frame = { path: url.pathname, waiting: await serving.waiting(), signedIn: true };
  const key = /^\/approvals\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
  if (request.method === 'POST') {
    const decided = key && (await serving.decisions.decide(key, await readFormBody(request), session, frame));
    if (!decided) return sendPage(response, 404, frame, NOT_FOUND);
    if ('html' in decided) return sendHtml(response, 409, decided.html);
    response.writeHead(303, { Location: decided.next }).end();
    return;
  }
  const html = key ? await serving.decisions.page(key, session, frame) : await viewOf(serving, url, frame);
  if (html === undefined) return sendPage(response, 404, frame, NOT_FOUND);
  sendHtml(response, 200, html);
}

const NOT_FOUND: Message = ['This page does not exist', ['Follow one of the links above.']];

async function viewOf(
  { served, cache }: ServeContext,
  url: URL,
  frame: ServedFrame,
): Promise<Buffer | undefined> {
  const view = views.find(([path]) => path.test(url.pathname))?.[1];
  if (!view) return undefined;
  return await cache.get(`${url.pathname}${url.search}`, () => view(served, url, frame));
}

function openStream(streams: EventStreams, response: ServerResponse): void {
  if (!streams.add(response)) {
    response.writeHead(503, { 'Retry-After': '30' }).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.write('retry: 1000\n\n');
}

async function signIn(serving: ServeContext, request: IncomingMessage, response: ServerResponse, url: URL) {
  const given = request.method === 'POST' ? await readFormBody(request) : url.searchParams;
  const next = ownPath(given.get('next'));
  const code = given.get('code');
  const cookie = code === null ? undefined : serving.access.exchange(code);
  if (cookie === undefined) return askForCode(response, next, code !== null);
  response.setHeader(
    'Set-Cookie',
    `${cookieName(serving.port)}=${cookie}; HttpOnly; SameSite=Strict; Path=/`,
  );
  response.writeHead(303, { Location: next }).end();
}

/** Only a path of this server: `//host` and `/\host` are other servers to a browser. */
const ownPath = (next: string | null): string =>
  next !== null && /^\/(?![/\\])[!-~]*$/.test(next) ? next : '/';

function askForCode(response: ServerResponse, next: string, failed = false): void {
  const main = signInPage({ next: ownPath(next), failed });
  sendHtml(response, failed ? 403 : 401, htmlPage({ title: 'Sign in', main, served: frameFor('/', false) }));
}

/** Browsers say how long a form is. What is longer than that is not read. */
function tooLarge({ method, headers }: IncomingMessage): Refusal | undefined {
  const length = Number(headers['content-length'] ?? (method === 'POST' ? Number.NaN : 0));
  return length <= MAX_FORM ? undefined : { status: 413, why: 'The form is too large.' };
}

/** The fields of a form. */
async function readFormBody(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** Cookies do not know ports, so the name holds it: two documents can be served at once. */
const cookieName = (port: number): string => `runbook-${port}`;

function cookieOf({ headers: { cookie = '' } }: IncomingMessage, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`;
  return cookie
    .split('; ')
    .find((each) => each.startsWith(prefix))
    ?.slice(prefix.length);
}

type Message = readonly [title: string, lines: readonly string[]];

function sendPage(
  response: ServerResponse,
  status: number,
  served: ServedFrame,
  [title, lines]: Message,
): void {
  sendHtml(response, status, htmlPage({ title, main: messagePage(title, lines), served }));
}

function sendHtml(response: ServerResponse, status: number, html: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
}

const frameFor = (path: string, signedIn: boolean): ServedFrame => ({ path, waiting: 0, signedIn });

const headers = [
  ['Content-Security-Policy', servedPolicy],
  ['Cache-Control', 'no-store'],
  // With no-referrer, browsers would send the origin of a form as null.
  ['Referrer-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
] as const;
