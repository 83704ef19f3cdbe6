import { networkError } from '../../observe/probes/network-errors.ts';
import { ClusterError, type ClusterErrorKind, type StatusCause } from '../cluster-errors.ts';

/** An error response of the API server. */
export interface ApiFailure {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number;
}

/**
 * Converts an error response to a ClusterError: by its HTTP status, with the message and causes of its Status object.
 */
export function apiError({ server, method, path, status, text, retryAfterMs }: ApiFailure): ClusterError {
  const statusBody = statusObject(text);
  const message =
    status === 401
      ? `The API server ${server} does not accept the credentials (401 ${statusBody?.message || 'Unauthorized'}).`
      : statusBody?.message || `${method} ${path} answered ${status}${excerpt(text)}`;
  const retryAfter = status === 429 || status === 503 ? retryAfterMs : undefined;
  return new ClusterError(kindOf(status), oneLine(message), {
    status,
    ...(statusBody?.details?.causes && { causes: statusBody.details.causes }),
    ...(retryAfter !== undefined && { retryAfterMs: retryAfter }),
  });
}

/** Converts anything thrown to a ClusterError. `signal` is the caller's: its abort is not an error of the server. */
export function clusterErrorOf(error: unknown, server: string, signal?: AbortSignal): ClusterError {
  if (error instanceof ClusterError) return error;
  if (signal?.aborted)
    return new ClusterError('aborted', 'The request was canceled before the API server answered.', {
      cause: error,
    });
  if (error instanceof SyntaxError) {
    return new ClusterError(
      'unreachable',
      `The server ${server} did not answer like a Kubernetes API server.`,
      {
        cause: error,
      },
    );
  }
  const { code = '', name } = error as NodeJS.ErrnoException;
  // The caller did not abort, so the time limit did.
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new ClusterError('unreachable', `The API server ${server} did not answer in time.`, {
      cause: error,
    });
  }
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' || /^ERR_OSSL/.test(code)) {
    return new ClusterError('no-config', `The certificate or key in the kubeconfig is not valid (${code}).`);
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

/** Removes the excerpt of a Go struct that is appended when an immutable field is changed. */
function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*@@ [\s\S]*$/, '')
    .trim()
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
