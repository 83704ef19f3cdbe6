import { open } from 'node:fs/promises';
import { OWN_FILE } from '../../journal/journal-folder.ts';
import type { AgentContext, Job } from './tool.ts';

/** Milliseconds between two reports. */
const INTERVAL_MS = 2_000;

/** Bytes at the end of a log in which its last line is looked for. */
const TAIL_BYTES = 2_048;

/**
 * Waits for a job as long as its caller does. Meanwhile a client that shows progress gets the last line of output and the elapsed
 * time. Rejects if the job does.
 */
export async function followJob<T>(
  { progress, signal }: Pick<AgentContext, 'progress' | 'signal'>,
  job: Job<T>,
  { waitMs, what, log }: { waitMs: number; what: string; log: string },
): ReturnType<Job<T>['within']> {
  progress(`${what} runs as ${job.id}`);
  for (let waited = 0; ; waited += INTERVAL_MS) {
    const left = Math.max(0, waitMs - waited);
    const state = await job.within(Math.min(left, INTERVAL_MS));
    if (state.ended || left <= INTERVAL_MS || signal.aborted) return state;
    const seconds = Math.round((waited + INTERVAL_MS) / 1000);
    const line = await lastLine(log);
    progress(`${what}, ${seconds} s${line === '' ? '' : `: ${line}`}`);
  }
}

/** What an agent does next about a job that has not ended. */
export const stillRuns = (job: string | null): string =>
  `It still runs: job_read {"job":"${job}","wait_s":60}.`;

async function lastLine(path: string): Promise<string> {
  const file = await open(path, OWN_FILE.read).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.subarray(0, bytesRead).toString('utf8').trimEnd();
    return text.slice(text.lastIndexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
