import { z } from 'zod';

/** Version of the lines of the agent's journal. A newer one is refused, never guessed at. */
export const AGENT_SCHEMA = 1;

/** The process that runs a job: pid and start time, so that a reused pid is not taken for it. */
const process = z.object({ pid: z.int(), start: z.string(), boot: z.string() });

/** What the agent's journal holds beside `LoopEntry`: jobs, snapshots, approvals. */
export const AgentEntry = z.discriminatedUnion('kind', [
  /** Written before the work begins; without a later end, and without its process, the job was interrupted. */
  z.object({
    kind: z.literal('job'),
    job: z.string(),
    what: z.enum(['apply_step', 'replay']),
    step: z.string(),
    attempt: z.string().optional(),
    process,
    /** Client that asked for it, for the audit. */
    client: z.string(),
    /** Why it may run: `sandbox`, `approved`, `elicitation`, `lease`. */
    allowed: z.string(),
    /** Snapshot taken before it. */
    before: z.string().optional(),
    /** Content of the document's step that a revision was made from. */
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
    /** What it was taken for: `observe`, or a job's id. */
    for: z.string(),
  }),
  /** A person is needed for this content; asked on a terminal where no dialog can. */
  z.object({
    kind: z.literal('approval'),
    key: z.string(),
    step: z.string(),
    title: z.string(),
    script: z.string(),
    /** Values of inputs that are no secret: the approval binds them. */
    inputs: z.record(z.string(), z.string()),
    answer: z.enum(['open', 'once', 'lease', 'no', 'nobody-asked']),
    client: z.string(),
  }),
]);

export type AgentEntry = z.infer<typeof AgentEntry>;
export type AgentRecord = AgentEntry & { readonly seq: number; readonly at: number };
