import type { Plan } from '../../model/plan.ts';
import type { Runbook } from '../../model/runbook.ts';

/** A box as the workflow names it. `values`: its variables, every declared one that has a value for some target. */
export interface ArgoTarget {
  readonly name: string;
  readonly on: string;
  readonly values: Readonly<Record<string, string>>;
}

/** All that decides what a submission looks like; nothing secret is in it. */
export interface ArgoSubmission {
  readonly runbook: Runbook;
  readonly plan: Plan;
  /** The document's text, and by their path in it the files that its fences name with `from`. */
  readonly document: string;
  readonly files: Readonly<Record<string, string>>;
  /** sha256 of both, in hexadecimal: what the run is bound to. */
  readonly hash: string;
  readonly targets: readonly ArgoTarget[];
  /** What tells this run from others of the same content; part of the Workflow's name. */
  readonly run: string;
  readonly namespace: string;
  /** Image with runbook, bash and the ssh client in it, best pinned by its digest. */
  readonly image: string;
  /** An account that is there already; undefined: one is made that may do what Argo's executor must. */
  readonly serviceAccount?: string;
  /** A claim that is there already; undefined: one is made. It keeps the journals. */
  readonly claim?: string;
  /** The Secret that holds the runbook's secrets, one key each. */
  readonly secret: string;
  /** The Secret that becomes `~/.ssh`: keys, known_hosts, config. */
  readonly sshSecret: string;
  /** How many boxes at once. */
  readonly forks: number;
  /** How many of the first targets must succeed before the others begin; 0: none. */
  readonly canary: number;
  /** For the whole workflow, waiting for people included. */
  readonly deadlineSeconds: number;
}
