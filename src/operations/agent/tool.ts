import type { z } from 'zod';
import type { World } from '../../world.ts';

/** Characters of a result, as JSON, where a tool says nothing else; and what no tool may exceed. */
export const RESULT_BUDGET = { usual: 8_192, most: 40_000 } as const;

/** A call answers within this time, in milliseconds, with a job id where the work is not done. Clients give up soon after. */
export const LONGEST_WAIT_MS = 60_000;

/** What a call keeps of its longest wait for its answer, in milliseconds. */
const ANSWER_MS = 2_000;

/**
 * Measures from now how long a call may still wait, in milliseconds: as long as its caller wants, and no longer than a call may
 * take, however much of that a person's answer took.
 */
export function waitLeft({ now }: Pick<World, 'now'>, waitS: number): () => number {
  const end = now() + LONGEST_WAIT_MS - ANSWER_MS;
  return () => Math.max(0, Math.min(waitS * 1000, end - now()));
}

/** Groups that `--toolsets` chooses from. */
export const TOOLSETS = ['core', 'boxes'] as const;
export type Toolset = (typeof TOOLSETS)[number];

/**
 * One tool of the agent's loop, from which the MCP server derives what it lists and checks.
 *
 * A failed step, a guard's refusal and a wait for approval are ordinary outputs. A `RunbookError` is for what the caller
 * got wrong (unknown ids, policy, a bad document): it is thrown, and reaches the model as text with code, message and remedy.
 */
export interface ToolBody<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** As people write it, in the command, the docs and the title: `env.observe`, `apply-step`. */
  readonly dotted: string;
  /** A few words for people, without the name. */
  readonly title: string;
  /** At most 600 characters; the first sentence decides whether an agent finds it. */
  readonly description: string;
  /** All four are sent: clients take a missing one for the worst. */
  readonly hints: {
    readonly readOnly: boolean;
    readonly destructive: boolean;
    readonly idempotent: boolean;
    readonly openWorld: boolean;
  };
  /** Unknown fields are refused by the server, with the nearest name. */
  readonly input: Input;
  /** The server adds `more` to it: how much of which field the budget cut off. */
  readonly output: Output;
  /** Characters of the result as JSON; absent: `RESULT_BUDGET.usual`. */
  readonly budget?: number;
  run(context: AgentContext, input: z.infer<Input>): Promise<z.infer<Output>>;
}

/** A tool, with what its row in operations/all says of it. */
export interface AgentTool extends ToolBody {
  /** As listed: `[a-z][a-z0-9_]*`, at most 30 characters, since clients refuse dots and some of them hyphens. */
  readonly name: string;
  readonly toolset: Toolset;
  /** read: touches nothing. write: the document or the journal. act: the box. `--read-only` lets only read through. */
  readonly effect: 'read' | 'write' | 'act';
}

/** Keeps the types of one tool together; the table is operations/all. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: ToolBody<Input, Output>,
): ToolBody<Input, Output> {
  return tool;
}

/** What a call receives along with its input. Created for every call. */
export interface AgentContext {
  readonly world: World;
  /** The document as named when the server was started. It may not exist yet, and is read again at every call. */
  readonly file: string;
  /** This call: aborted when the client cancels it or is gone, at `LONGEST_WAIT_MS` and a little, and when the server ends. */
  readonly signal: AbortSignal;
  /** Work that goes on when the call has answered. */
  readonly jobs: Jobs;
  /** Tells a waiting client how far it is; fraction from 0 to 1. Free to call often: the server thins it out. */
  progress(message: string, fraction?: number): void;
  /** Answers the call with an MCP task that ends with the job's result; absent where the client does not declare tasks. */
  readonly becomeTask?: ((job: Job<object>) => void) | undefined;
  /**
   * Asks a person through the client. It may run twice with everything before it: newer clients repeat the whole call
   * together with the answer. So ask before anything is changed or journaled.
   */
  approve(request: ApprovalRequest): Promise<ApprovalResult>;
  /** `sandbox` only where the person has put the marker; the server has looked. */
  readonly trust: 'guarded' | 'sandbox';
  readonly readOnly: boolean;
  /** Name and version of the client as it says itself, for the journal: `claude-code 2.1.319`. */
  readonly client: string;
}

/** What a person is asked to allow. Never the model's own words: those could talk a person into it. */
export interface ApprovalRequest {
  /** Hash of all that the answer binds (plan/closure-hash). One key is asked once, unless the answer was too fast. */
  readonly key: string;
  /** What it is, in a few words of ours: `a new step`, `the step start-caddy`, `all of AUTODOCK.md`. */
  readonly what: string;
  /** Name of the box. */
  readonly box: string;
  /** Everything that would execute, as text. Over 4 KB the client is not asked: a dialog cannot show that much. */
  readonly script: string;
  /** What the person should know about earlier approvals; in our words. */
  readonly remark?: string | undefined;
  /** Whether "other steps of this project on this box for 30 minutes" may be offered. Never for clusters. */
  readonly lease: boolean;
  /** Where the person can answer in their browser, if they serve the page; see asks/ask-person. */
  readonly page?: { readonly url: string; readonly isRepeated: boolean };
}

/**
 * - `once`: one start of this key. `project`: whenever this key comes again. `lease`: steps and drafts of this project on this box for this
 *   client, for 30 minutes.
 * - `no`: a person said no. `nobody-asked`: the client cannot ask, or declined faster than anybody reads. `too-fast`: it accepted
 *   faster than anybody reads. These lead to `runbook approve` on a terminal.
 * - `open`: the question is with the person. Answer `needs_approval` and journal nothing: the server turns that
 *   result into the question, and the call comes back with the answer.
 * - `on-page`: the person was led to the page, or has been; their answer is not known here.
 */
export type ApprovalAnswer =
  | 'once'
  | 'project'
  | 'lease'
  | 'no'
  | 'nobody-asked'
  | 'too-fast'
  | 'open'
  | 'on-page';

/** An answer, and what is kept of how it was given. */
export interface ApprovalResult {
  readonly answer: ApprovalAnswer;
  /** Milliseconds between question and answer. */
  readonly latencyMs?: number;
  /** Of the question: an approval that is kept under it cannot be given twice by one answer. */
  readonly id?: string;
}

/** The jobs that run in this server. What they leave behind is on disk: a server may be killed at any moment. */
export interface Jobs {
  /**
   * Starts work under an id. Its signal is aborted by `cancel`, by the end of the server (which waits a few seconds for the
   * work to settle), and by cancelling the call that began it, until that call has answered.
   */
  start<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Job<T>;
  /** A job that still runs here. */
  find(id: string): Job<unknown> | undefined;
}

export interface Job<T> {
  readonly id: string;
  /** Settles as the work does. */
  readonly ended: Promise<T>;
  cancel(): void;
  /** The result if it is there within so many milliseconds (at most `LONGEST_WAIT_MS`) and the call is not cancelled. */
  within(ms: number): Promise<{ readonly ended: true; readonly result: T } | { readonly ended: false }>;
}
