import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';
import { agentIn } from './agent/agent.ts';

/*
 * A foreign project may contain a `.runbook/` of its own. A symlink in it must not decide which file is written.
 */

const step = '~~~bash {"background":true}\nsleep 30\n~~~\n\nVerify:\n\n~~~bash\ntrue\n~~~\n';
const touch = { title: 'Make a', run: 'touch a', verify: 'file a exists' };

/** A folder outside the project with one file that must stay as it is. */
async function outside(
  scene: Scenario,
): Promise<{ folder: string; file: string; isUntouched(): Promise<boolean> }> {
  const folder = join(scene.folder, '..', 'outside');
  const file = join(folder, 'precious');
  await mkdir(folder, { mode: 0o755 });
  await writeFile(file, 'precious');
  return {
    folder,
    file,
    isUntouched: async () =>
      (await readFile(file, 'utf8')) === 'precious' && (await readdir(folder)).join() === 'precious',
  };
}

test.each(['logs', 'logs/a.1.log'])('a background fence does not write its log through %s', async (name) => {
  const scene = await scenario(runbook({ a: step }));
  const elsewhere = await outside(scene);
  const isFolder = name === 'logs';
  await mkdir(scene.path(isFolder ? '.runbook' : '.runbook/logs'), { recursive: true });
  await symlink(isFolder ? elsewhere.folder : elsewhere.file, scene.path(`.runbook/${name}`));
  const { exit, report } = await scene.replay();
  expect(exit).toBe(1);
  expect(report.steps[0].outcome.failure.message).toMatch(/must not be a symbolic link/);
  expect(await elsewhere.isUntouched()).toBe(true);
});

test.each(['jobs', 'jobs/job-1.log', 'snapshots'])('an agent does not write through %s', async (name) => {
  const scene = await scenario(runbook({}));
  const elsewhere = await outside(scene);
  const isFolder = !name.includes('/');
  await mkdir(scene.path(isFolder ? '.runbook' : '.runbook/jobs'), { recursive: true });
  await symlink(isFolder ? elsewhere.folder : elsewhere.file, scene.path(`.runbook/${name}`));
  const agent = agentIn(scene.world);
  expect(await agent.refused('apply_step', { draft: touch })).toBe('storage-unwritable');
  expect(await elsewhere.isUntouched()).toBe(true);
});

/** Puts a link in the place of something that was written before. */
async function plant(scene: Scenario, name: string, target: string): Promise<void> {
  await rm(scene.path(name), { recursive: true, force: true });
  await symlink(target, scene.path(name));
}

test('an agent neither writes its journal nor reads a log through a link', async () => {
  const scene = await scenario(runbook({}));
  const elsewhere = await outside(scene);
  const agent = agentIn(scene.world);
  const { job } = await agent.call('apply_step', { draft: touch });
  expect((await agent.call('job_read', { job })).status).toBe('succeeded');

  await plant(scene, `.runbook/jobs/${job}.log`, elsewhere.file);
  expect(JSON.stringify(await agent.call('job_read', { job }))).not.toContain('precious');

  const [journal] = (await readdir(scene.path('.runbook'))).filter((name) => name.endsWith('.agent.jsonl'));
  await plant(scene, `.runbook/${journal}`, elsewhere.file);
  expect(await agent.refused('apply_step', { draft: touch })).toBe('storage-unwritable');
  expect(await elsewhere.isUntouched()).toBe(true);
});
