import { beforeAll, describe, expect, test } from 'vitest';
import { clean } from '../../src/cli/render/text/clean.ts';
import { hasPty, runInPty } from './pty.ts';
import { plainEnv, type StandIn, standIn } from './stand-in-command.ts';

let command: StandIn;
beforeAll(async () => {
  command = await standIn();
}, 60_000);

if (!hasPty) console.warn('python3 is not installed: the terminal is not tested here');

const play = (
  args: string,
  exchanges: { send: string; until: string }[],
  { first = 'REGISTRY_PASS:', env = {} } = {},
) =>
  runInPty(
    [
      'sh',
      '-c',
      `trap : INT; "$0" "$1" ${args}; code=$?; stty -a | grep -ow -- '-\\?echo\\|-\\?icanon'; exit $code`,
      process.execPath,
      command.script,
    ],
    { cwd: command.folder, env: { ...plainEnv(), ...env }, first, waits: true },
    exchanges,
  );

describe.skipIf(!hasPty)('a person at the terminal', () => {
  test('answers; a secret leaves no trace on the screen, pasted or typed', async () => {
    const { said, code } = await play('replay --play ask', [
      { send: 's3cret-päss\r', until: 'Go on? [y/N]' },
      { send: 'yes\r', until: '[y]es/[n]o/[q]uit' },
      { send: 'maybe\r', until: '[y]es/[n]o/[q]uit' },
      { send: 'q\r', until: 'declined' },
    ]);
    expect(code).toBe(0);
    expect(said).not.toContain('s3c');
    expect(clean(said)).toContain('declined: 11 letters, true, quit');
    expect(said.match(/^-?(echo|icanon)/gm)).toEqual(['icanon', 'echo']);
  });

  test('any answer other than yes is a no', async () => {
    const { said } = await play('replay --play ask', [
      { send: 'secret\r', until: 'Go on? [y/N]' },
      { send: '\r', until: '[y]es/[n]o/[q]uit' },
      { send: 'n\r', until: 'declined' },
    ]);
    expect(clean(said)).toContain('6 letters, false, no');
  });

  test('Ctrl-C at a question restores the terminal and exits with 130', async () => {
    const { said, code } = await play('replay --play ask', [{ send: 'half\u0003', until: 'icanon' }]);
    expect(code).toBe(130);
    expect(clean(said)).toContain('error[interrupted]: You stopped the command at a question.');
    expect(said).not.toContain('half');
    expect(said.match(/^-?(echo|icanon)/gm)).toEqual(['icanon', 'echo']);
  });

  test('the end of input is not an answer: a person is needed', async () => {
    const { said, code } = await play('replay --play ask', [{ send: '\u0004', until: 'icanon' }]);
    expect(code).toBe(3);
    expect(clean(said)).toContain('error[no-answer]');
  });

  test.each([{ CI: 'true' }, { CI: '1' }])('no person can answer with %j', async (env) => {
    const { said, code } = await play('replay --play ask', [], { first: '', env });
    expect(code).toBe(0);
    expect(clean(said)).toContain('declined: undefined letters, undefined, undefined');
  });
});

describe.skipIf(!hasPty)('live progress', () => {
  test('restores the cursor at its end', async () => {
    const { said, code } = await play('replay --play long --jobs 4', [], { first: '' });
    expect(code).toBe(0);
    expect(said.lastIndexOf('\u001b[?25h')).toBeGreaterThan(said.lastIndexOf('\u001b[?25l'));
    expect(clean(said)).toContain('done: 4 acted in');
  });

  test('and on Ctrl-C, with how to continue', async () => {
    const { said, code } = await play('replay --play long', [{ send: '\u0003', until: 'stopped' }], {
      first: 'line 1',
    });
    expect(code).toBe(130);
    expect(said.lastIndexOf('\u001b[?25h')).toBeGreaterThan(said.lastIndexOf('\u001b[?25l'));
    expect(clean(said)).toMatch(
      /stopped: .*\n[\s\S]*next +runbook replay AUTODOCK\.md goes on where it stopped/,
    );
  });

  test.each([
    ['replay --play long --jobs 4', { TERM: 'dumb' }],
    ['replay --verbose', {}],
    ['replay --quiet', {}],
  ])('%s with %j moves no cursor', async (args, env) => {
    const { said } = await play(args, [], { first: '', env });
    expect(said).not.toMatch(/\u001b\[[?\d]*[A-HJKhl]/);
  });
});
