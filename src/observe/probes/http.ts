import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { pluralize } from '../../base/pluralize.ts';
import type { ProbeContext } from '../../model/box.ts';
import type { Verdict } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import type { Machine } from '../machine.ts';
import { each } from '../remote/fragments.ts';
import { type Answers, answers } from './answers.ts';
import { networkError, requestLimit } from './network-errors.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';
import { dial } from './tcp.ts';
import { textJudge, textWanted } from './text-test.ts';
import { systemTrust, trustPaths } from './trust.ts';

/** How much of a response body is read. */
const BODY_LIMIT = 1024 * 1024;

/**
 * Sends one request, follows no redirect, uses no proxy, and trusts the certificate authorities that the box trusts.
 */
export const probeHttp: EvaluateProbe<'http'> = async (probe, context, machine) => {
  const wanted = probe.status ?? { from: 200, to: 299 };
  const range = wanted.from === wanted.to ? `${wanted.from}` : `${wanted.from}-${wanted.to}`;
  const body = probe.text ? `, a body that ${textWanted(probe.text)}` : '';
  const say = answers(`HTTP ${range} from ${probe.method} ${withoutCredentials(probe.url)}${body}`);

  const began = performance.now();
  const reply = await send(probe, context, machine);
  if ('error' in reply) {
    const failure = networkError(reply.error);
    return say[failure.verdict](failure.class, `${failure.what} (${new URL(probe.url).host})`);
  }
  const { response, signal } = reply;
  const code = response.statusCode ?? 0;
  if (code < wanted.from || code > wanted.to) {
    response.destroy();
    const location = response.headers.location ? `, to ${withoutCredentials(response.headers.location)}` : '';
    return say.fail(`http-${code}`, `HTTP ${code}${location}, wanted ${range}`);
  }
  const answered = probe.text
    ? await judgeBody(probe, response, signal, say)
    : say.pass(`http-${code}`, `HTTP ${code}`);
  if (!probe.text) response.destroy();
  return inTime(answered, performance.now() - began, probe.underMs, say);
};

/** An answer that is right but too late fails. */
function inTime(answered: Verdict, tookMs: number, underMs: number | undefined, say: Answers): Verdict {
  if (underMs === undefined || answered.verdict !== 'pass') return answered;
  const took = `${answered.observed} after ${Math.round(tookMs)} ms`;
  return tookMs < underMs
    ? say.pass(answered.class, took)
    : say.fail('slow', `${took}, wanted less than ${underMs} ms`);
}

type Reply =
  | { readonly response: IncomingMessage; readonly signal: AbortSignal }
  | { readonly error: unknown };

async function send(probe: ProbeOf<'http'>, context: ProbeContext, machine: Machine): Promise<Reply> {
  const signal = requestLimit(context.signal);
  let request: ClientRequest;
  try {
    request = await open(probe, context, machine, signal);
  } catch (error) {
    return { error };
  }
  return new Promise((resolve) => {
    request.on('response', (response) => resolve({ response, signal }));
    // The error of an aborted request does not say why; the signal's reason does.
    request.on('error', (error) => resolve({ error: signal.aborted ? signal.reason : error }));
    request.end();
  });
}

/** Loading Node's HTTP clients takes ten milliseconds, which a pass without http checks should not pay. */
async function open(
  probe: ProbeOf<'http'>,
  context: ProbeContext,
  machine: Machine,
  signal: AbortSignal,
): Promise<ClientRequest> {
  const url = new URL(probe.url);
  const through = await socketOf(url, machine, signal);
  const common = {
    method: probe.method,
    headers: headersOf(probe.headers),
    signal,
    // Node uses createConnection only if no agent is set.
    ...(through ? { createConnection: () => through } : { agent: false as const }),
  } as const;
  if (url.protocol === 'http:') return (await import('node:http')).request(url, common);
  const { request } = await import('node:https');
  const ca = probe.insecure ? undefined : systemTrust(context.env, machine);
  const trust = probe.insecure ? { rejectUnauthorized: false } : { ...(ca && { ca }) };
  if (!through) return request(url, { ...common, ...trust });
  const secured = await secure(through, url.hostname, trust, signal);
  return request(url, { ...common, createConnection: () => secured });
}

/** A connection opened from the machine; undefined if Node's own client opens it. */
async function socketOf(url: URL, machine: Machine, signal: AbortSignal): Promise<Duplex | undefined> {
  if (!machine.connect) return undefined;
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return dial(machine, url.hostname.replace(/^\[|\]$/g, ''), port, signal);
}

/** TLS over an existing connection. Rejects and closes the connection if the certificate is not trusted. */
export async function secure(
  socket: Duplex,
  hostname: string,
  trust: { ca?: string; rejectUnauthorized?: boolean },
  signal: AbortSignal,
): Promise<TLSSocket> {
  const [{ connect }, { isIP }] = await Promise.all([import('node:tls'), import('node:net')]);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secured = connect({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...trust });
  const giveUp = () => secured.destroy(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve);
      secured.once('error', reject);
      // Without this, a connection that closes during the handshake would never settle.
      secured.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    });
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function headersOf(lines: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = { 'user-agent': 'runbook', accept: '*/*' };
  const given = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    given.set(name, [...(given.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  for (const [name, values] of given) headers[name] = values.length === 1 ? values[0]! : values;
  return headers;
}

async function judgeBody(
  probe: ProbeOf<'http'>,
  response: IncomingMessage,
  signal: AbortSignal,
  say: Answers,
) {
  const test = await textJudge(probe.text!);
  if ('problem' in test) {
    response.destroy();
    return say.unknown('bad-regex', `the regular expression is invalid: ${test.problem}`);
  }
  const { text, bytes, end } = await readBody(response, signal);
  const seen = `HTTP ${response.statusCode}, ${pluralize(bytes, 'byte')}`;
  if (test.judge(text)) return say.pass('match', `${seen} with the text`);
  if (end === 'cut')
    return say.unknown(
      'too-big',
      `the text is not in the first ${BODY_LIMIT} bytes of the body; the rest was not read`,
    );
  if (end === 'stopped') {
    const failure = networkError(signal.reason);
    return say[failure.verdict](failure.class, `${seen} without the text, then ${failure.what}`);
  }
  if (end === 'broken') return say.fail('reset', `${seen} without the text, then the connection broke`);
  return say.fail(
    'no-match',
    probe.method === 'HEAD' ? 'responses to HEAD have no body' : `${seen} without the text`,
  );
}

interface Body {
  readonly text: string;
  readonly bytes: number;
  readonly end: 'complete' | 'cut' | 'stopped' | 'broken';
}

async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let broken = false;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > BODY_LIMIT) break;
    }
  } catch {
    broken = true;
  }
  const text = Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8');
  if (bytes > BODY_LIMIT) return { text, bytes, end: 'cut' };
  // A body without a length ends silently when its connection is cut.
  if (signal.aborted) return { text, bytes, end: 'stopped' };
  return { text, bytes, end: broken ? 'broken' : 'complete' };
}

/** The user and password of a URL are for the server, not for reports. */
function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, '$1');
}

export const httpEvaluation: ProbeEvaluation<'http'> = {
  evaluate: probeHttp,
  fragments: (probe, context) =>
    probe.url.startsWith('https:') && !probe.insecure ? [each('r', trustPaths(context.env))] : [],
};
