import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, until } from './box.ts';
import { writeEngine } from './engine.ts';

const INTERACT = `
  import { writeFileSync } from 'node:fs';
  const [interpreter, text, timeoutMs] = args;
  const show = (_, value) => value instanceof Map ? Object.fromEntries(value) : value;
  try {
    const request = { ...fence(text, interpreter), ...(timeoutMs && { timeoutMs: Number(timeoutMs) }) };
    const { end, state } = await box.interact(request);
    writeFileSync(folder + '/result', JSON.stringify({ end, state }, show));
  } catch (error) {
    writeFileSync(folder + '/result', JSON.stringify({ code: error.diagnostics[0].code, exit: error.exit }));
  }`;

/** A program (util-linux) that gives its child a terminal and types what it reads. */
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

async function onTerminal(...args: string[]) {
  const folder = temporaryFolder();
  const engine = await writeEngine(folder, INTERACT);
  const command = [process.execPath, engine, folder, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const screen = { text: '' };
  child.stdout.on('data', (chunk) => {
    screen.text += chunk;
  });
  return { folder, screen, child, result: () => resultOf(folder, child) };
}

async function resultOf(folder: string, child: ChildProcess): Promise<unknown> {
  const file = join(folder, 'result');
  await until(() => existsSync(file) && readFileSync(file).length > 0, 'the engine wrote its result', 15_000);
  child.stdin?.end();
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe.runIf(hasScript)('an interactive fence', () => {
  test.each(['bash', 'sh'])('%s reads what the person types, and carries state', async (shell) => {
    const text =
      'test -t 0 && test -t 1 && test -t 2 && echo all-terminals\nprintf "name? "; read name; export NAME="$name"; cd /usr\n';
    const { screen, child, result } = await onTerminal(shell, text);
    await until(() => screen.text.includes('name? '), 'it asks', 15_000);
    child.stdin.write('bob\n');
    expect(await result()).toEqual({
      end: { kind: 'exit', code: 0 },
      state: { variables: { NAME: 'bob' }, cwd: '/usr' },
    });
    expect(screen.text).toContain('all-terminals');
  });

  test('Ctrl-C goes to the fence, not to the engine', async () => {
    const { screen, child, result } = await onTerminal(
      'bash',
      "trap 'echo caught; exit 7' INT; echo ready; read x\n",
    );
    await until(() => screen.text.includes('ready'), 'it waits', 15_000);
    child.stdin.write('\x03');
    expect(await result()).toMatchObject({ end: { kind: 'exit', code: 7 } });
    expect(screen.text).toContain('caught');
  });

  test('a timeout ends it', async () => {
    const { result } = await onTerminal('bash', 'sleep 60 & wait\n', '300');
    expect(await result()).toEqual({ end: { kind: 'timeout', afterMs: 300 } });
  });
});

test('fails without a terminal', async () => {
  const folder = temporaryFolder();
  const engine = await writeEngine(folder, INTERACT);
  const child = spawn(process.execPath, [engine, folder, 'bash', 'true'], {
    stdio: 'ignore',
    detached: true,
  });
  expect(await resultOf(folder, child)).toEqual({ code: 'no-terminal', exit: 3 });
});
