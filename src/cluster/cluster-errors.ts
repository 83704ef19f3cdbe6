/** Why a cluster did not answer or do what was requested. */
export type ClusterErrorKind =
  /** The kubeconfig is missing or not valid. */
  | 'no-config'
  /** The server cannot be reached: refused, timed out, no route, unknown name, no TLS. */
  | 'unreachable'
  /** The server does not accept the credentials: an expired token, a certificate of another cluster. */
  | 'unauthorized'
  /** The server denies the permission. */
  | 'forbidden'
  /** The person has not approved this context or namespace. */
  | 'not-allowed'
  | 'not-found'
  /** Another field manager owns a field, or the object has changed meanwhile. */
  | 'conflict'
  /** The server rejects the object: schema, unknown fields, admission. */
  | 'invalid'
  /** The resource version of a watch or list is too old (410). */
  | 'expired'
  /** The server asks to retry later: 429, 500, 503, 504. */
  | 'busy'
  | 'aborted'
  | 'error';

/** One cause of a rejected request, as reported by the API server (meta/v1 StatusCause). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Thrown inside src/cluster; callers convert it to a verdict, a failure or a diagnostic. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  constructor(
    readonly kind: ClusterErrorKind,
    message: string,
    readonly more: {
      /** HTTP status, if the server answered. */
      readonly status?: number;
      readonly remedy?: string;
      readonly causes?: readonly StatusCause[];
      readonly cause?: unknown;
      /** Milliseconds to wait before a retry, as requested by the server. */
      readonly retryAfterMs?: number;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
  }
}

/** What a person can do about it. */
export function remedyOf(error: ClusterError): string {
  // 500 is retried like a temporary error, but a person can look for its reason.
  const kind = error.more.status === 500 ? 'error' : error.kind;
  return error.more.remedy ?? REMEDIES[kind];
}

const REMEDIES: Readonly<Record<ClusterErrorKind, string>> = {
  'no-config':
    'Set the kubeconfig with `env: { KUBECONFIG: … }` in the front matter, or create ~/.kube/config.',
  unreachable: 'Check that the API server is running and can be reached from this box.',
  unauthorized: 'The credentials have expired or belong to another cluster. Log in again.',
  forbidden: 'Ask a cluster administrator for the permission, or use a context that has it.',
  'not-allowed': 'Allow it with: runbook approve --context NAME',
  'not-found': 'Check the name, the namespace and the kind.',
  conflict:
    'If the runbook is right, change the live field to its value by hand: several managers may own the same value. Otherwise write the live value into the runbook, or remove the field from it.',
  invalid: 'Correct the object as described in the message.',
  expired: 'Run the same command again.',
  busy: 'The API server is busy. Run the same command again later.',
  aborted: 'Run the same command again to continue.',
  error: 'Read the message and the API server’s log.',
};
