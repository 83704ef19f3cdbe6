import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeBench } from './support/claude-code.ts';
import { describeClient } from './support/client.ts';
import type { ClientBench, Ended } from './support/client-bench.ts';
import type { ClientName } from './support/client-packages.ts';
import { clientTable } from './support/client-table.ts';
import { codexBench } from './support/codex.ts';
import { geminiBench } from './support/gemini-cli.ts';
import { type ModelEndpoint, modelEndpoint } from './support/model-endpoint.ts';
import { opencodeBench } from './support/opencode.ts';
import { takenPort } from './support/taken-port.ts';

/** How a client is started without a person at a terminal, on a box that a person has marked as throw-away. */
type Headless = (model: ModelEndpoint, program: string, prompt: string) => Promise<[ClientBench, Ended]>;

const claude: Headless = async (model, program, prompt) => {
  const bench = await claudeBench(model, { sandbox: true });
  await bench.runbook('init', '--claude');
  const config = join(bench.project, '.mcp.json');
  await writeFile(config, (await readFile(config, 'utf8')).replace('"mcp"', '"mcp", "--trust", "sandbox"'));
  return [bench, await bench.run(program, ['-p', prompt, '--allowedTools', 'mcp__runbook'])];
};

const codex: Headless = async (model, program, prompt) => {
  const bench = await codexBench(model, { sandbox: true, flags: ['--trust', 'sandbox'], approve: true });
  return [bench, await bench.run(program, ['exec', '--skip-git-repo-check', prompt])];
};

const opencode: Headless = async (model, program, prompt) => {
  const bench = await opencodeBench(model, { sandbox: true, flags: ['--trust', 'sandbox'] });
  return [bench, await bench.run(program, ['run', prompt])];
};

const gemini: Headless = async (model, program, prompt) => {
  const bench = await geminiBench(model, { sandbox: true, flags: ['--trust', 'sandbox'] });
  // A named model: without one it asks a model which model to ask.
  return [bench, await bench.run(program, ['-m', 'gemini-2.5-flash', '--yolo', '-p', prompt])];
};

const starts: Partial<Record<ClientName, Headless>> = {
  ...{ claude, claudeNode20: claude },
  ...{ codex, opencode, gemini },
};

for (const { client, alone } of clientTable) {
  const start = starts[client];
  expect(start !== undefined, client).toBe(alone !== undefined);
  if (start === undefined) continue;
  describeClient(client, (program) => {
    test('struggles, observes, fixes, resolves and saves without a person; the file replays on another box', async () => {
      const story = await takenPort();
      const model = await modelEndpoint(story.agent);
      const [bench, ended] = await start(model, program, 'Bring the server up.');
      expect(model.unknown).toEqual([]);
      await story.expectStory(bench);
      expect(ended.stdout).toContain('It is up, and written down.');
    });
  });
}
