import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bench } from '../mcp/support/built.ts';

/** How many chunks of the built command came from what, in a run without input. */
async function origins(argv: readonly string[]): Promise<Record<string, number>> {
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
  const found = [...said.matchAll(/\.js: (no cache|cache refused|cache taken)$/gm)].map(
    ([, origin]) => origin!,
  );
  return counted(found);
}

function counted(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of all) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

// Verbs and server run with flags of their own for V8, which takes a cache only under the flags that it was written with.
test.each([[['plan', 'AUTODOCK.md']], [['mcp', 'AUTODOCK.md']]])(
  '%s takes every chunk from the code cache',
  async (argv) => {
    const found = await origins(argv);
    expect(Object.keys(found)).toEqual(['cache taken']);
    expect(found['cache taken']).toBeGreaterThan(10);
  },
);
