import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenario } from '../support/scenario.ts';

const BIN = join(import.meta.dirname, '../../dist/bin.js');

test('all output arrives in a pipe, however late it is read', async () => {
  const steps = Array.from({ length: 1500 }, (_, at) => `### Step ${at}\n\n~~~bash\ntrue\n~~~\n`);
  const scene = await scenario(`---\nrunbook: 1\nname: many\n---\n\n## Steps\n\n${steps.join('\n')}`);
  const child = spawn(process.execPath, [BIN, 'lint', '--json'], { cwd: scene.folder });
  // The pipe is full long before anybody reads from it.
  child.stdout.pause();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  expect(text.length).toBeGreaterThan(300_000);
  expect(JSON.parse(text)).toMatchObject({ summary: { errors: 0, warnings: 3000 } });
});

test('--env-file is handled by runbook and not by Node: a pipe, a missing file', async () => {
  const inputs = '## Inputs\n\n| Name | Kind |\n| --- | --- |\n| TOKEN | secret |\n';
  const scene = await scenario(
    `---\nrunbook: 1\nname: one\n---\n\n${inputs}\n## Steps\n\n### One\n\n~~~bash\ntest ${'${#TOKEN}'} = 9\n~~~\n`,
  );
  const bash = (script: string) =>
    spawnSync('bash', ['-c', script, BIN], { cwd: scene.folder, encoding: 'utf8', env: scene.world.env });
  const piped = bash('"$0" replay --yes --env-file <(echo TOKEN=abcdefgh1; echo NODE_OPTIONS=--bogus)');
  expect(piped.stderr).toBe('');
  expect(piped.status).toBe(0);
  const missing = bash('"$0" plan --env-file nofile');
  expect(missing.status).toBe(64);
  expect(missing.stderr).toContain('error[env-file-unreadable]');
});
