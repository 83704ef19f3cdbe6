import { z } from 'zod';

/** Version of the journal's line format. A journal of a newer version is refused, never guessed at. */
export const JOURNAL_SCHEMA = 1;

const base = { v: z.literal(JOURNAL_SCHEMA), seq: z.int().positive(), at: z.string(), pass: z.string() };

/** What a fence left behind: values, unset names, and names only for what holds a secret. */
const state = z.object({
  set: z.record(z.string(), z.string()).default({}),
  unset: z.array(z.string()).default([]),
  /** Exports that hold a secret: by name only; a later use runs the step again. */
  secret: z.array(z.string()).default([]),
  cwd: z.string().optional(),
});

const backgroundProcess = z.object({ fence: z.int(), pid: z.int(), start: z.string(), log: z.string() });

/** An object that a step applied, by its key alone. `created`: it was not there before. `server`: the cluster's address. */
const appliedObject = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  created: z.boolean(),
  server: z.string().optional(),
});

export type AppliedObjectKey = z.infer<typeof appliedObject>;

/** One line of the journal. Keys: step id, action hash, inputs hash; the file itself belongs to one document on one box. */
export const JournalRecord = z.discriminatedUnion('kind', [
  z.object({
    ...base,
    kind: z.literal('pass-started'),
    version: z.string(),
    /** Real path and box, for people who read the file: the key itself is in the file's name. */
    document: z.string().optional(),
    box: z.string().optional(),
  }),
  z.object({ ...base, kind: z.literal('pass-ended'), outcome: z.string() }),
  /** Written before the first fence of a step acts: without a later end the step was interrupted. */
  z.object({ ...base, kind: z.literal('started'), step: z.string(), action: z.string(), inputs: z.string() }),
  z.object({
    ...base,
    kind: z.literal('confirmed'),
    step: z.string(),
    action: z.string(),
    inputs: z.string(),
    /**
     * acted: it ran here. found: its checks passed before anything ran. accepted: a person mended it.
     * restored: it ran again only for an export that the journal may not hold, so no dependent is rebuilt for it.
     */
    how: z.enum(['acted', 'found', 'accepted', 'restored']),
    ms: z.number(),
    state: state.optional(),
    background: z.array(backgroundProcess).optional(),
    /** The Undo fences at that time, for a document edited since. */
    undo: z.array(z.unknown()).optional(),
    /** Title, for messages about steps that are gone from the document. */
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
  /** A reactive Fix, journaled before it runs: once per step and pass (journal/memory). */
  z.object({
    ...base,
    kind: z.literal('fix'),
    how: z.enum(['reactive', 'in-pass']),
    step: z.string(),
    problem: z.string(),
    action: z.string(),
  }),
  z.object({ ...base, kind: z.literal('undone'), step: z.string() }),
  /** What a step has in a cluster: written before anything is applied, and again where something was taken back. */
  z.object({ ...base, kind: z.literal('applied'), step: z.string(), objects: z.array(appliedObject) }),
  /** The step `from` is called `step` in the document now: what is known of it goes on under the new id. */
  z.object({ ...base, kind: z.literal('renamed'), step: z.string(), from: z.string() }),
  /** Written as soon as a background process lives, so that a crash cannot lose it. */
  z.object({ ...base, kind: z.literal('background'), step: z.string(), process: backgroundProcess }),
]);

export type JournalRecord = z.infer<typeof JournalRecord>;
export type JournalState = z.infer<typeof state>;

/** A record before the journal numbers and dates it. */
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
  /** Sequence number of its last confirmation that acted (0: never acted), to see what a dependent has missed. */
  readonly actedSeq: number;
  /** Sequence number of its last confirmation of any kind (0: none). */
  readonly confirmedSeq: number;
  readonly state?: JournalState;
  readonly background: readonly { fence: number; pid: number; start: string; log: string }[];
  readonly undo?: readonly unknown[];
  /** What it has in a cluster. */
  readonly applied?: readonly AppliedObjectKey[];
  readonly title?: string;
  /** When its status came about, ISO 8601. */
  readonly at?: string;
}
