import { z } from 'zod';

/** Version of the journal's format. Journals of a newer version are rejected. */
export const JOURNAL_SCHEMA = 1;

const base = { v: z.literal(JOURNAL_SCHEMA), seq: z.int().positive(), at: z.string(), pass: z.string() };

/** State that a fence leaves: values, names of unset variables, and only the names of variables that hold a secret. */
const state = z.object({
  set: z.record(z.string(), z.string()).default({}),
  unset: z.array(z.string()).default([]),
  /** Exports that hold a secret, by name only. A later use of one runs its step again. */
  secret: z.array(z.string()).default([]),
  cwd: z.string().optional(),
});

const backgroundProcess = z.object({ fence: z.int(), pid: z.int(), start: z.string(), log: z.string() });

/** The key of an object that a step applied. `created`: it did not exist before. `server`: the cluster's address. */
const appliedObject = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  created: z.boolean(),
  server: z.string().optional(),
});

export type AppliedObjectKey = z.infer<typeof appliedObject>;

/** One line of the journal, which belongs to one document on one box. Keys: step id, action hash, inputs hash. */
export const JournalRecord = z.discriminatedUnion('kind', [
  z.object({
    ...base,
    kind: z.literal('pass-started'),
    version: z.string(),
    /** Real path and box, for people who read the file. The key itself is in the file's name. */
    document: z.string().optional(),
    box: z.string().optional(),
  }),
  z.object({ ...base, kind: z.literal('pass-ended'), outcome: z.string() }),
  /** Written before the first fence of a step runs. Without a matching end the step was interrupted. */
  z.object({ ...base, kind: z.literal('started'), step: z.string(), action: z.string(), inputs: z.string() }),
  z.object({
    ...base,
    kind: z.literal('confirmed'),
    step: z.string(),
    action: z.string(),
    inputs: z.string(),
    /**
     * acted: it ran here. found: its checks passed before anything ran. accepted: a person fixed it by hand. restored:
     * it ran again only for an exported variable that the journal may not store, so dependents do not run again.
     */
    how: z.enum(['acted', 'found', 'accepted', 'restored']),
    ms: z.number(),
    state: state.optional(),
    background: z.array(backgroundProcess).optional(),
    /** The Undo fences at that time, in case the document is edited later. */
    undo: z.array(z.unknown()).optional(),
    /** Title, for messages about steps that were removed from the document. */
    title: z.string().optional(),
  }),
  z.object({
    ...base,
    kind: z.literal('failed'),
    step: z.string(),
    action: z.string(),
    inputs: z.string(),
    reason: z.string(),
  }),
  /** A reactive Fix, written before it runs; at most one per step and pass (journal/memory). */
  z.object({
    ...base,
    kind: z.literal('fix'),
    how: z.enum(['reactive', 'in-pass']),
    step: z.string(),
    problem: z.string(),
    action: z.string(),
  }),
  z.object({ ...base, kind: z.literal('undone'), step: z.string() }),
  /** The objects of a step in a cluster. Written before anything is applied, and again after objects are removed. */
  z.object({ ...base, kind: z.literal('applied'), step: z.string(), objects: z.array(appliedObject) }),
  /** The step `from` is now called `step` in the document. Its history continues under the new id. */
  z.object({ ...base, kind: z.literal('renamed'), step: z.string(), from: z.string() }),
  /** Written as soon as a background process runs, so that a crash cannot lose it. */
  z.object({ ...base, kind: z.literal('background'), step: z.string(), process: backgroundProcess }),
]);

export type JournalRecord = z.infer<typeof JournalRecord>;
export type JournalState = z.infer<typeof state>;

/** A record without its number and time, which the journal adds. */
export type JournalEntry = JournalRecord extends infer R
  ? R extends JournalRecord
    ? Omit<R, 'v' | 'seq' | 'at' | 'pass'>
    : never
  : never;

/** What the journal knows of one step on this box. */
export interface StepMemory {
  readonly status: 'confirmed' | 'failed' | 'interrupted' | 'undone';
  readonly action: string;
  readonly inputs: string;
  /** Sequence number of its last confirmation that acted (0: never), to see what a dependent has missed. */
  readonly actedSeq: number;
  /** Sequence number of its last confirmation of any kind (0: never). */
  readonly confirmedSeq: number;
  readonly state?: JournalState;
  readonly background: readonly { fence: number; pid: number; start: string; log: string }[];
  readonly undo?: readonly unknown[];
  /** Its objects in a cluster. */
  readonly applied?: readonly AppliedObjectKey[];
  readonly title?: string;
  /** When it got this status, ISO 8601. */
  readonly at?: string;
}
