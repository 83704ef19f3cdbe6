import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { bench } from './support/built.ts';

const inspector = fileURLToPath(new URL('../../node_modules/.bin/mcp-inspector', import.meta.url));

/** Runs the inspector's command line against the built server; rejects unless it exits with 0. */
async function inspect(...flags: string[]) {
  const { command, place } = await bench();
  const { command: program, args } = command();
  const run = promisify(execFile)(inspector, ['--cli', '--format', 'json', ...flags, program, ...args], {
    env: { ...process.env, MCP_CATALOG_PATH: join(place, 'catalog.json') },
    timeout: 120_000,
  });
  const { stdout, stderr } = await run;
  return { answer: JSON.parse(stdout), stderr };
}

describe.each(['legacy', 'modern'])('the inspector as a client of the %s protocol', (era) => {
  const eraFlags = ['--protocol-era', era];

  test('reports no defects of the tools in strict mode', async () => {
    const { answer, stderr } = await inspect(...eraFlags, '--strict', '--method', 'tools/list');
    expect(JSON.stringify(answer)).toContain('"runbook_read"');
    expect(stderr).not.toMatch(/Warning|Error/);
  });

  // It calls listed names alone; other spellings are tried by test/mcp/server.test.ts.
  test('calls runbook_read', async () => {
    const { answer } = await inspect(...eraFlags, '--method', 'tools/call', '--tool-name', 'runbook_read');
    expect(JSON.stringify(answer)).toContain('"exists":false');
  });

  test('lists resources and prompts', async () => {
    const { answer: resources } = await inspect(...eraFlags, '--method', 'resources/list');
    expect(JSON.stringify(resources)).toContain('runbook://document');
    const { answer: prompts } = await inspect(...eraFlags, '--method', 'prompts/list');
    // Clients of the modern protocol get the same as skills, so that nothing is offered twice.
    expect(JSON.stringify(prompts)).toContain(era === 'legacy' ? 'redeploy' : '"prompts":[]');
  });
});
