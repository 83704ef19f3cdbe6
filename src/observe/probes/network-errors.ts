import { deadline } from '../../base/deadline.ts';

/** What a connection error means for a check. */
export interface NetworkError {
  /** `fail`: the other side refused or did not answer. `unknown`: this side could not connect. */
  readonly verdict: 'fail' | 'unknown';
  readonly class: string;
  /** Without the target: `connection refused`. */
  readonly what: string;
}

/** Time limit of one network request, in milliseconds. */
const REQUEST_LIMIT_MS = 5000;

/** The time limit of one request, combined with the caller's signal. */
export function requestLimit(signal: AbortSignal | undefined): AbortSignal {
  return deadline(REQUEST_LIMIT_MS, signal);
}

/** Explains an error of node:net, node:http or node:tls. */
export function networkError(error: unknown): NetworkError {
  // A name with several addresses yields one error for each. An answer is more informative than a missing route.
  const errors = error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
  const found = errors.map(explainError);
  return found.find(({ verdict }) => verdict === 'fail') ?? found[0]!;
}

const BY_CODE: Readonly<Record<string, NetworkError>> = {
  ECONNREFUSED: { verdict: 'fail', class: 'refused', what: 'connection refused' },
  ECONNRESET: { verdict: 'fail', class: 'reset', what: 'connection closed before an answer' },
  EPIPE: { verdict: 'fail', class: 'reset', what: 'connection closed before an answer' },
  ETIMEDOUT: { verdict: 'fail', class: 'timeout', what: 'no answer, connection timed out' },
  ENOTFOUND: { verdict: 'unknown', class: 'dns', what: 'the name cannot be resolved' },
  EAI_AGAIN: { verdict: 'unknown', class: 'dns', what: 'no name server answers' },
  EHOSTUNREACH: { verdict: 'unknown', class: 'no-route', what: 'no route to the host' },
  ENETUNREACH: { verdict: 'unknown', class: 'no-route', what: 'no route to the network' },
  ENETDOWN: { verdict: 'unknown', class: 'no-route', what: 'the network is down' },
  EADDRNOTAVAIL: { verdict: 'unknown', class: 'no-route', what: 'no local address to connect from' },
  EACCES: { verdict: 'unknown', class: 'permission', what: 'not allowed to connect' },
  EPERM: { verdict: 'unknown', class: 'permission', what: 'not allowed to connect' },
};

function explainError(error: unknown): NetworkError {
  const { name, code = '', message = String(error) } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') {
    return { verdict: 'fail', class: 'timeout', what: `no answer within ${REQUEST_LIMIT_MS / 1000} s` };
  }
  if (name === 'AbortError')
    return { verdict: 'unknown', class: 'aborted', what: 'stopped before an answer' };
  if (BY_CODE[code]) return BY_CODE[code];
  // OpenSSL's verification errors (X509_V_ERR_…) and Node's own host name check.
  if (/CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE/.test(code)) {
    return { verdict: 'fail', class: 'certificate', what: `certificate refused: ${message}` };
  }
  if (/^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code))
    return { verdict: 'fail', class: 'tls', what: 'it does not speak TLS' };
  if (code.startsWith('HPE_')) return { verdict: 'fail', class: 'not-http', what: 'its answer is not HTTP' };
  if (code.startsWith('EAI_')) return BY_CODE.ENOTFOUND!;
  return {
    verdict: 'unknown',
    class: code ? code.toLowerCase().replaceAll('_', '-') : 'error',
    what: message,
  };
}
