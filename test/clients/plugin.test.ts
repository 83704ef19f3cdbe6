import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeClient } from './support/client.ts';
import { clientBench } from './support/client-bench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

describeClient('gemini', (program) => {
  test('accepts the folder of the plugin as an extension', async () => {
    const bench = await clientBench();
    const { stdout, stderr } = await bench.run(program, ['extensions', 'validate', `${root}/plugin`]);
    expect(stdout + stderr).toContain('successfully validated');
  });
});

describeClient('codex', (program) => {
  test('installs the plugin, with its server and skills, from the marketplace of this repository', async () => {
    const bench = await clientBench();
    await bench.run(program, ['plugin', 'marketplace', 'add', root]);
    await bench.run(program, ['plugin', 'add', 'runbook@runbook']);
    const { stdout } = await bench.run(program, ['mcp', 'list']);
    expect(stdout).toMatch(/runbook +runbook +mcp AUTODOCK\.md --without-skills .*enabled/);
  });
});

describeClient('claude', (program) => {
  test('finds nothing wrong with the plugin, and installs it from the marketplace of this repository', async () => {
    const bench = await clientBench({
      env: {
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
        ANTHROPIC_API_KEY: 'dummy',
      },
    });
    for (const path of [root, `${root}/plugin`]) {
      const { code, stdout, stderr } = await bench.run(program, ['plugin', 'validate', path]);
      expect(code, stdout + stderr).toBe(0);
      expect(stdout + stderr).not.toMatch(/Found \d+ warning|Found \d+ error/);
    }
    await bench.run(program, ['plugin', 'marketplace', 'add', root]);
    await bench.run(program, ['plugin', 'install', 'runbook@runbook']);
    const { stdout } = await bench.run(program, ['plugin', 'list']);
    expect(stdout).toContain('runbook@runbook');
    expect(stdout).toContain('enabled');
  });
});
