/** What kept a cluster from answering, or from doing what was asked. */
export type ClusterErrorKind =
  /** There is no kubeconfig, or none that can be used. */
  | 'no-config'
  /** Nobody answers there: refused, timed out, no route, no such name, no TLS. */
  | 'unreachable'
  /** The server does not know who asks: an expired token, a foreign certificate. */
  | 'unauthorized'
  /** It knows, and says no. */
  | 'forbidden'
  /** The person has not allowed this context or namespace. */
  | 'not-allowed'
  | 'not-found'
  /** Another field manager owns what is to be set, or the object has changed meanwhile. */
  | 'conflict'
  /** The object is not what the server takes: schema, unknown fields, admission. */
  | 'invalid'
  /** What was watched or listed is too old to go on from (410). */
  | 'expired'
  /** The server asks for patience: 429, 500, 503, 504. */
  | 'busy'
  | 'aborted'
  | 'error';

/** One cause of a refused request, as the API server tells it (meta/v1 StatusCause). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Thrown inside src/cluster; whoever asks turns it into a verdict, a failure or a diagnostic. */
export class ClusterError extends Error {
  override readonly name = 'ClusterTrouble';
  constructor(
    readonly kind: ClusterErrorKind,
    message: string,
    readonly more: {
      /** HTTP status, where the server answered. */
      readonly status?: number;
      readonly remedy?: string;
      readonly causes?: readonly StatusCause[];
      readonly cause?: unknown;
      /** Milliseconds to wait before asking again, as the server wishes. */
      readonly retryAfterMs?: number;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
  }
}

/** What to do about it, for people. */
export function remedyOf(trouble: ClusterError): string {
  // 500 is taken for a moment's trouble and asked again, but a person can look for its reason.
  const kind = trouble.more.status === 500 ? 'error' : trouble.kind;
  return trouble.more.remedy ?? REMEDIES[kind];
}

const REMEDIES: Readonly<Record<ClusterErrorKind, string>> = {
  'no-config':
    'Say where the kubeconfig is: `env: { KUBECONFIG: … }` in the front matter, or ~/.kube/config.',
  unreachable: 'Look whether the API server runs and can be reached from this box.',
  unauthorized: 'The credentials have expired or belong to another cluster: log in again.',
  forbidden: 'Have somebody grant the right, or use a context that has it.',
  'not-allowed': 'Allow it with: runbook approve --context NAME',
  'not-found': 'Look whether the name, the namespace and the kind are right.',
  conflict:
    'If the runbook is right, set the field back by hand: two managers may own the same value. If not, write the value that is there into the runbook, or take the field out of it.',
  invalid: 'Correct the object as the message says.',
  expired: 'Run the same command again.',
  busy: 'The API server asks for patience: run the same command again later.',
  aborted: 'Run the same command to go on.',
  error: 'Look at what it says, and at the API server’s log.',
};
