import { z } from 'zod';

/** Version of the agent journal's lines. A newer version is rejected. */
export const AGENT_SCHEMA = 1;

/** The process that runs a job: pid and start time, so that a reused pid is not mistaken for it. */
const process = z.object({ pid: z.int(), start: z.string(), boot: z.string() });

/** Entries of the agent's journal other than `LoopEntry`: jobs, snapshots, approvals. */
export const AgentEntry = z.discriminatedUnion('kind', [
  /** Written before the work starts. Without a later end, and without its process, the job was interrupted. */
  z.object({
    kind: z.literal('job'),
    job: z.string(),
    what: z.enum(['apply_step', 'replay']),
    step: z.string(),
    attempt: z.string().optional(),
    process,
    /** The client that requested it, for the audit. */
    client: z.string(),
    /** Why it may run: `sandbox`, `approved`, `elicitation`, `lease`. */
    allowed: z.string(),
    /** Snapshot taken before it. */
    before: z.string().optional(),
    /** Content of the document's step that a revision is based on. */
    base: z.string().optional(),
  }),
  z.object({
    kind: z.literal('job-ended'),
    job: z.string(),
    status: z.string(),
    summary: z.string(),
    after: z.string().optional(),
  }),
  z.object({
    kind: z.literal('snapshot'),
    snapshot: z.string(),
    /** Reason of the snapshot: `observe`, or a job's id. */
    for: z.string(),
  }),
  /** This content needs a person's approval, requested in a terminal or on the page if the client has no dialog. */
  z.object({
    kind: z.literal('approval'),
    key: z.string(),
    /** `''`: all of the document. */
    step: z.string(),
    title: z.string(),
    script: z.string(),
    /** Values of inputs that are not secret: the approval covers exactly these. */
    inputs: z.record(z.string(), z.string()),
    /** The call's own step and draft, as JSON: a terminal works out from it what would run, and shows that. */
    call: z.string().optional(),
    answer: z.enum(['open', 'once', 'lease', 'no', 'nobody-asked']),
    /** What the person wrote to the agent when they refused it. */
    reason: z.string().optional(),
    client: z.string(),
  }),
]);

export type AgentEntry = z.infer<typeof AgentEntry>;
export type AgentRecord = AgentEntry & { readonly seq: number; readonly at: number };
