import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentDocument } from '../../../src/operations/agent/working.ts';
import type { World } from '../../../src/world.ts';

function room() {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'runbook-working-')));
  onTestFinished(() => rm(cwd, { recursive: true }));
  const write = (file: string, text: string) => writeFileSync(join(cwd, file), text);
  // Nothing of the world but its folder is asked for.
  const world = { cwd } as World;
  return { write, read: () => readAgentDocument(world, 'AUTODOCK.md') };
}

const withStep = (step: string) => `---\nrunbook: 1\nname: twin\n---\n\n# Twin\n\n## Steps\n\n${step}`;

test('reads a changed document again', async () => {
  const { write, read } = room();
  const text = withStep('### One\n\n```bash\ntrue\n```\n');
  write('AUTODOCK.md', text);
  await read();
  write('AUTODOCK.md', text.replace('true', 'echo'));
  expect((await read()).source.text).toContain('echo');
});

test('a file named by an apply fence belongs to the document', async () => {
  const { write, read } = room();
  write('AUTODOCK.md', withStep('### One\n\n```yaml {"apply":"kubernetes","from":"vendored.yaml"}\n```\n'));
  const content = async () => {
    const [action] = (await read()).runbook.steps[0]!.actions;
    return action?.kind === 'apply' ? action.vendored : undefined;
  };
  write('vendored.yaml', 'kind: ConfigMap\n');
  const before = await content();
  write('vendored.yaml', 'kind: Secret\n');
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await content()).not.toBe(before);
});
