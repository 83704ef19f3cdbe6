import { networkError } from '../../observe/probes/network-errors.ts';
import { ClusterError, type ClusterErrorKind, type StatusCause } from '../cluster-errors.ts';

/** A refusal of the API server, as it came. */
export interface ApiFailure {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number;
}

/** The trouble that a refusal means: by its HTTP status, with the message and the causes of its Status object. */
export function failureOf({ server, method, path, status, text, retryAfterMs }: ApiFailure): ClusterError {
  const said = statusObject(text);
  const message =
    status === 401
      ? `The API server ${server} does not accept the credentials (401 ${said?.message || 'Unauthorized'}).`
      : said?.message || `${method} ${path} answered ${status}${excerpt(text)}`;
  const patience = status === 429 || status === 503 ? retryAfterMs : undefined;
  return new ClusterError(kindOf(status), oneLine(message), {
    status,
    ...(said?.details?.causes && { causes: said.details.causes }),
    ...(patience !== undefined && { retryAfterMs: patience }),
  });
}

/** Whatever was thrown, as trouble. `signal` is the caller's own: its abort is no fault of the server. */
export function clusterErrorOf(error: unknown, server: string, signal?: AbortSignal): ClusterError {
  if (error instanceof ClusterError) return error;
  if (signal?.aborted) return new ClusterError('aborted', 'Stopped before an answer.', { cause: error });
  if (error instanceof SyntaxError) {
    return new ClusterError('unreachable', `${server} answers, but not as an API server does.`, {
      cause: error,
    });
  }
  const { code = '', name } = error as NodeJS.ErrnoException;
  // The caller did not abort, so the time limit did.
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new ClusterError('unreachable', `The API server ${server} gives no answer in time.`, {
      cause: error,
    });
  }
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || /^ERR_OSSL/.test(code)) {
    return new ClusterError(
      'no-config',
      `The certificate or key in the kubeconfig cannot be used (${code}).`,
    );
  }
  return new ClusterError(
    'unreachable',
    `The API server ${server} cannot be reached: ${networkError(error).what}.`,
    {
      cause: error,
    },
  );
}

interface StatusObject {
  readonly kind?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

function statusObject(text: string): StatusObject | undefined {
  try {
    const parsed = JSON.parse(text) as StatusObject | null;
    return parsed?.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(status: number): ClusterErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 409:
      return 'conflict';
    case 410:
      return 'expired';
    case 400:
    case 415:
    case 422:
      return 'invalid';
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return 'busy';
    default:
      return 'error';
  }
}

function excerpt(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}

/** Without the piece of a Go struct that a refused change of an immutable field drags along. */
function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*@@ [\s\S]*$/, '')
    .trim()
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
