import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bench } from '../mcp/support/built.ts';

/** What each chunk of the built command came from, in a run without input. */
async function origins(argv: readonly string[]): Promise<string[]> {
  const { project, env, command } = await bench();
  writeFileSync(join(project, 'AUTODOCK.md'), '---\nrunbook: 1\nname: one\n---\n\n# One\n');
  const [bin] = command().args.slice(-2);
  const child = spawn(process.execPath, [bin!, ...argv], {
    cwd: project,
    env: { ...process.env, ...env, RUNBOOK_CODE_CACHE: 'tell' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  const told = said.matchAll(/\.js: (no cache|cache refused|cache taken)$/gm);
  return [...told].map(([, origin]) => origin!);
}

// Verbs and server run with flags of their own for V8, which takes a cache only under the flags that it was written with.
test.each([[['plan', 'AUTODOCK.md']], [['mcp', 'AUTODOCK.md']]])(
  '%s takes every chunk from the code cache',
  async (argv) => {
    const found = await origins(argv);
    expect([...new Set(found)]).toEqual(['cache taken']);
    expect(found.length).toBeGreaterThan(10);
  },
);
