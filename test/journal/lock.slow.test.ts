import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect, it } from 'vitest';
import { temporaryFolder } from './places.ts';
import { start } from './run-program.ts';

it('is acquired by exactly one of 20 contenders, repeatedly, with each winner killed by -9', async () => {
  const stateFolder = join(temporaryFolder(), 'box');
  const lockers = new Map<ChildProcess, Interface>();
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const { child } = await start(
        'locker',
        { stateFolder },
        { spawn: { stdio: ['pipe', 'pipe', 'inherit'] } },
      );
      const lines = createInterface({ input: child.stdout! });
      await once(lines, 'line');
      lockers.set(child, lines);
    }),
  );
  while (lockers.size > 1) {
    const answers = [...lockers].map(
      async ([child, lines]) => [child, (await once(lines, 'line'))[0] as string] as const,
    );
    for (const child of lockers.keys()) child.stdin?.write('go\n');
    const told = await Promise.all(answers);
    const winners = told.filter(([, line]) => line === 'acquired').map(([child]) => child);
    expect(winners).toHaveLength(1);
    const [winner] = winners;
    for (const [child, line] of told)
      if (child !== winner) expect(line).toContain(`process ${winner?.pid}, started by`);
    winner?.kill('SIGKILL');
    await once(winner!, 'exit');
    lockers.delete(winner!);
  }
  for (const child of lockers.keys()) child.kill('SIGKILL');
}, 120_000);

it('never admits two holders, even when holders are killed', async () => {
  const folder = temporaryFolder();
  const input = { stateFolder: join(folder, 'box'), log: join(folder, 'log'), tries: 400 };
  const deaths = await Promise.all(
    Array.from({ length: 6 }, async () => {
      let died = 0;
      for (let life = 0; life < 15; life++) {
        const { signal, stderr } = await (await start('contender', input)).ended;
        expect(stderr).toBe('');
        if (signal === 'SIGKILL') died += 1;
      }
      return died;
    }),
  );
  expect(deaths.reduce((sum, each) => sum + each)).toBeGreaterThan(30);
  let inside = '';
  for (const line of readFileSync(input.log, 'utf8').trimEnd().split('\n')) {
    const [what, pid = ''] = line.split(' ');
    expect(inside, line).toBe(what === 'enter' ? '' : pid);
    inside = what === 'enter' ? pid : '';
  }
}, 120_000);
