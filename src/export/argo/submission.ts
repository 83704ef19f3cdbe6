import type { Plan } from '../../model/plan.ts';
import type { Runbook } from '../../model/runbook.ts';

/**
 * A box as the workflow names it. `values` holds its variables: every declared one that has a value for some target.
 */
export interface ArgoTarget {
  readonly name: string;
  readonly on: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Everything that determines the submitted objects. Contains no secrets. */
export interface ArgoSubmission {
  readonly runbook: Runbook;
  readonly plan: Plan;
  /** The document's text, and the files that its fences name with `from`, by their path in the document. */
  readonly document: string;
  readonly files: Readonly<Record<string, string>>;
  /** sha256 of both in hexadecimal; the run is pinned to it. */
  readonly hash: string;
  readonly targets: readonly ArgoTarget[];
  /** Distinguishes this run from others of the same content; part of the Workflow's name. */
  readonly run: string;
  readonly namespace: string;
  /** Image with runbook, bash and an ssh client, preferably pinned by digest. */
  readonly image: string;
  /** An existing service account. If undefined, one is created with the permissions that Argo's executor needs. */
  readonly serviceAccount?: string;
  /** An existing volume claim for the journals. If undefined, one is created. */
  readonly claim?: string;
  /** Name of the Secret that holds the runbook's secrets, one key each. */
  readonly secret: string;
  /** Name of the Secret that is mounted as `~/.ssh`: keys, known_hosts, config. */
  readonly sshSecret: string;
  /** The maximum number of boxes at once. */
  readonly forks: number;
  /** The number of leading targets that must succeed before the others start; 0 for no canary. */
  readonly canary: number;
  /** For the whole workflow, including the time it waits for people. */
  readonly deadlineSeconds: number;
}
