import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { JobLog } from '../../../src/operations/agent/job-log.ts';

test('a job with endless output fills only its log, not the disk, and its end is recorded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'job-1.log');
  const log = new JobLog(path, 1_000);
  for (let line = 0; line < 500; line += 1)
    log.take({ type: 'output', step: 'a', text: `line ${line}\n` }, 'a');
  const kept = readFileSync(path, 'utf8');
  expect(kept.startsWith('line 0\nline 1\n')).toBe(true);
  expect(kept.endsWith('… more was said than is kept here …\n')).toBe(true);
  expect(kept.match(/more was said/g)).toHaveLength(1);
  expect(kept.length).toBeLessThan(1_100);
  expect(log.tail.endsWith('line 499\n')).toBe(true);
});
