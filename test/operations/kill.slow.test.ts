import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { confirmedAndRunAgain, journalLines } from '../support/journal-lines.ts';
import { runbook } from '../support/scenario.ts';

const BIN = join(import.meta.dirname, '../../dist/bin.js');
const STEPS = 12;

/** Each step takes a moment, appends to a log, and exports what the next one counts on. */
const document = runbook(
  Object.fromEntries(
    Array.from({ length: STEPS }, (_, i) => [
      `step ${i}`,
      `~~~bash\ntest "\${LAST:-}" = "${i === 0 ? '' : i - 1}"\necho begin ${i} >> log\nsleep 0.03\necho end ${i} >> log\nexport LAST=${i}\n~~~\n`,
    ]),
  ),
);

test('killed with SIGKILL at random moments and restarted each time, it ends like one pass', async () => {
  const root = await mkdtemp(join(tmpdir(), 'runbook-kill-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'AUTODOCK.md'), document);
  const env = { ...process.env, RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box') };

  const run = (killAfterMs?: number) =>
    new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [BIN, 'replay', '--yes', '--quiet'], {
        cwd: root,
        env,
        stdio: 'ignore',
      });
      const timer =
        killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      child.on('exit', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  for (let i = 0; i < 25; i += 1) await run(60 + Math.random() * 250);
  expect(await run()).toBe(0);

  const [name = ''] = (await readdir(join(root, '.runbook'))).filter((each) => each.endsWith('.jsonl'));
  const records = journalLines(await readFile(join(root, '.runbook', name), 'utf8'));
  expect(confirmedAndRunAgain(records)).toEqual([]);
  expect(records.filter((each) => each.kind === 'confirmed')).toHaveLength(STEPS);

  // No fence of a killed pass continued in parallel with the next one: every "end" belongs to the "begin" right before it.
  const log = (await readFile(join(root, 'log'), 'utf8')).trim().split('\n');
  log.forEach((line, i) => {
    if (line.startsWith('end')) expect(log[i - 1]).toBe(line.replace('end', 'begin'));
  });
  expect(await run()).toBe(0);
  expect((await readFile(join(root, 'log'), 'utf8')).trim().split('\n')).toEqual(log);
});
