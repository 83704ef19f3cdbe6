import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunningJobs } from '../../../src/mcp/tools/running-jobs.ts';
import { followJob } from '../../../src/operations/agent/follow-job.ts';

test('a long call reports the last line of output and the elapsed time, and the result', async () => {
  const log = join(await mkdtemp(join(tmpdir(), 'runbook-log-')), 'log');
  await appendFile(log, 'Reading package lists...\nUnpacking caddy (2.6.2)...\n');
  const { signal } = new AbortController();
  const job = createRunningJobs()
    .forCall({ signal })
    .start('job-7', () => new Promise((resolve) => setTimeout(() => resolve('done'), 2_500)));
  const said: string[] = [];
  const progress = (message: string) => void said.push(message);
  const state = await followJob({ progress, signal }, job, { waitMs: 10_000, what: 'install-caddy', log });
  expect(state).toEqual({ ended: true, result: 'done' });
  expect(said).toEqual(['install-caddy runs as job-7', 'install-caddy, 2 s: Unpacking caddy (2.6.2)...']);
});

test('a caller that stops waiting gets no result, and is not held', async () => {
  const { signal } = new AbortController();
  const job = createRunningJobs()
    .forCall({ signal })
    .start('job-8', () => new Promise(() => {}));
  const state = await followJob({ progress: () => {}, signal }, job, {
    waitMs: 10,
    what: 'x',
    log: '/nowhere',
  });
  expect(state).toEqual({ ended: false });
});
