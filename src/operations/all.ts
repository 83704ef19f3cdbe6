import type { Operation } from './operation.ts';

/**
 * A row of the one list that both front ends read. It is light on purpose: the root help, completion and an unknown
 * verb's suggestion need names and summaries only, and the operation itself (with zod and all it imports) loads
 * when it is chosen. A test holds name, summary and effect against the loaded operation.
 */
export interface OperationRow {
  readonly name: string;
  readonly summary: string;
  readonly effect: Operation['effect'];
  readonly load: () => Promise<Operation>;
}

/** Every verb, in the order in which help lists them. */
export const operations: readonly OperationRow[] = [
  {
    name: 'replay',
    summary: 'bring the box to what the runbook says, in one pass',
    effect: 'act',
    load: async () => (await import('./replay.ts')).replay as unknown as Operation,
  },
  {
    name: 'plan',
    summary: 'show what a replay would do, and what is missing for it',
    effect: 'read',
    load: async () => (await import('./plan.ts')).plan as unknown as Operation,
  },
  {
    name: 'verify',
    summary: 'ask every check, change nothing',
    effect: 'read',
    load: async () => (await import('./verify.ts')).verify as unknown as Operation,
  },
  {
    name: 'status',
    summary: 'what the journal knows of each step on this box',
    effect: 'read',
    load: async () => (await import('./status.ts')).status as unknown as Operation,
  },
  {
    name: 'undo',
    summary: 'run the Undo parts backwards over what was done here',
    effect: 'act',
    load: async () => (await import('./undo.ts')).undo as unknown as Operation,
  },
  {
    name: 'submit',
    summary: 'run a runbook on many boxes from within a cluster, as an Argo Workflow',
    effect: 'act',
    load: async () => (await import('./submit.ts')).submit as unknown as Operation,
  },
  {
    name: 'facts',
    summary: 'measure the facts again and tell which have changed',
    effect: 'act',
    load: async () => (await import('./facts.ts')).facts as unknown as Operation,
  },
  {
    name: 'lint',
    summary: 'name what is wrong in a runbook, and what will hurt',
    effect: 'read',
    load: async () => (await import('./lint.ts')).lint as unknown as Operation,
  },
  {
    name: 'approve',
    summary: 'let this content run without asking again',
    effect: 'write',
    load: async () => (await import('./approve.ts')).approve as unknown as Operation,
  },
  {
    name: 'resume',
    summary: 'let an agent go on with a problem that waits for you',
    effect: 'write',
    load: async () => (await import('./resume.ts')).resume as unknown as Operation,
  },
  {
    name: 'init',
    summary: 'write a first AUTODOCK.md for a folder',
    effect: 'write',
    load: async () => (await import('./init.ts')).init as unknown as Operation,
  },
];
