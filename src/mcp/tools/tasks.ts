import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Serving } from '../serving.ts';

/** The extension of SEP-2663: a long call returns a task, and the client asks for its result with tasks/get. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/** Milliseconds between two questions of a client. */
const POLL_INTERVAL_MS = 2_000;

/** A task as it is created: its id is that of the job. The journal keeps jobs without a time limit. */
interface TaskResult extends Result {
  readonly resultType: 'task';
  readonly taskId: string;
}

/** Calls `job_read` or `job_cancel`, with their checks and errors. */
export type JobTool = (name: 'job_read' | 'job_cancel', job: string) => Promise<Result>;

export const taskParams = z.looseObject({ taskId: z.string() });

/** The result of a call whose job goes on. */
export function workingTask(id: string, now: string): TaskResult {
  return { resultType: 'task', ...task(id, 'working', now, now) };
}

/**
 * The state of a task, from the journal. A finished one has what its call would have returned; after a restart of the server, what
 * `job_read` returns.
 * @throws ProtocolError for an unknown task
 */
export async function getTask(serving: Serving, call: JobTool, id: string): Promise<Result> {
  const read = await called(call, 'job_read', id);
  const now = new Date(serving.world.now()).toISOString();
  const { status, began = now, ended = now, log } = read.structuredContent as Record<string, string>;
  const line = log?.trimEnd().split('\n').at(-1)?.slice(0, 200);
  if (status === 'running')
    return { ...task(id, 'working', began, ended), ...(line && { statusMessage: line }) };
  if (status === 'aborted' || status === 'cancelled') return task(id, 'cancelled', began, ended);
  const result = (await serving.taskResults.get(id)) ?? read;
  return { ...task(id, 'completed', began, ended), result: { resultType: 'complete', ...result } };
}

/** Cancels a task, or accepts answers: a task never asks, since its call has asked before. */
export async function acknowledgeTask(
  call: JobTool,
  name: 'job_read' | 'job_cancel',
  id: string,
): Promise<Result> {
  await called(call, name, id);
  return {};
}

function task(taskId: string, status: string, createdAt: string, lastUpdatedAt: string) {
  return { taskId, status, createdAt, lastUpdatedAt, ttlMs: null, pollIntervalMs: POLL_INTERVAL_MS };
}

async function called(call: JobTool, name: 'job_read' | 'job_cancel', id: string): Promise<CallToolResult> {
  const result = (await call(name, id)) as CallToolResult;
  if (!result.isError) return result;
  const [text] = result.content;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    text?.type === 'text' ? text.text : 'unknown task',
  );
}
