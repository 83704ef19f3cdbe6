import { describe, expect, test } from 'vitest';
import { call } from './call.ts';

const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

describe('help', () => {
  test('a call without a verb is a usage error, with help on stderr', async () => {
    const { stdout, stderr, code } = await call([]);
    expect({ stdout, code }).toEqual({ stdout: '', code: 64 });
    expect(stderr).toContain(
      'To begin, see what a runbook would do; nothing runs:\n  runbook plan AUTODOCK.md',
    );
  });

  test.each([[['--help']], [['-h']], [['help']], [['--json', '--help']]])(
    '%j lists every verb',
    async (args) => {
      const { stdout, stderr, code } = await call(args);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      for (const verb of [
        'replay',
        'plan',
        'verify',
        'lint',
        'status',
        'undo',
        'facts',
        'approve',
        'init',
        'completion',
      ])
        expect(stdout).toMatch(new RegExp(`^  ${verb} +\\S`, 'm'));
    },
  );

  test.each([[['replay', '--help']], [['help', 'replay']], [['--help', 'replay']]])(
    '%j derives from the input',
    async (args) => {
      const { stdout, code } = await call(args);
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: runbook replay [FILE] [flags]');
      expect(stdout).toMatch(/^ {2}FILE {2}the runbook \(default: AUTODOCK\.md\)$/m);
      expect(stdout).toMatch(/^ {2}--input K=V … +give a variable$/m);
      expect(stdout).toMatch(/^ {2}--jobs N +how many at once \(default: 1\)$/m);
      expect(stdout).toMatch(/^ {2}--no-sudo +never ask for root$/m);
      expect(stdout).toMatch(/^ {2}--report FILE +write the pass as JUnit XML for CI$/m);
      expect(stdout).toMatch(/Examples:\n {2}runbook replay AUTODOCK\.md\n/);
      expect(stdout).toMatch(/^ {2}65 +the document is not a valid runbook$/m);
    },
  );

  test('lists a family of verbs on one line, with its own page', async () => {
    expect((await call(['--help'])).stdout).toMatch(/^ {2}box +launch/m);
    for (const args of [
      ['box', '--help'],
      ['help', 'box'],
    ]) {
      const { stdout, code } = await call(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ {2}open +the answer of box open\n {2}status +the answer of box status$/m);
    }
    expect(await call(['box'])).toMatchObject({ stdout: '', code: 64 });
    expect((await call(['box', 'open', '--help'])).stdout).toContain(
      'Usage: runbook box open [FILE] [flags]',
    );
    expect((await call(['help', 'box', 'open'])).stdout).toContain('Usage: runbook box open [FILE] [flags]');
    expect(await call(['box', 'open', '--json'])).toEqual({ stdout: '{"box":"web"}\n', stderr: '', code: 0 });
  });

  test('version', async () => {
    expect(await call(['--version'])).toEqual({ stdout: '1.2.3\n', stderr: '', code: 0 });
  });
});

describe('a usage error exits with 64, names the nearest word, and writes nothing to stdout', () => {
  test.each([
    [['reply'], 'The verb `reply` does not exist.', 'Did you mean `runbook replay`?'],
    [['xyzzy'], 'The verb `xyzzy` does not exist.', '`runbook --help` lists the verbs.'],
    [['box', 'opne'], 'The verb `box opne` does not exist.', 'Did you mean `runbook box open`?'],
    [['box', 'xyzzy'], 'The verb `box xyzzy` does not exist.', '`runbook box --help` lists them.'],
    [
      ['box', '--dry-run'],
      '`runbook box` needs a verb before --dry-run.',
      '`runbook box --help` lists them.',
    ],
    [['--jsn', 'plan'], 'runbook has no flag --jsn.', 'Did you mean --json?'],
    [
      ['replay', '--form', 'x'],
      'runbook replay has no flag --form.',
      'Did you mean --from? See `runbook replay --help`.',
    ],
    [
      ['plan', '--qiet'],
      'runbook plan has no flag --qiet.',
      'Did you mean --quiet? See `runbook plan --help`.',
    ],
    [['replay', '-x'], 'runbook replay has no flag -x.', 'See `runbook replay --help`.'],
    [['replay', '--from'], '--from needs a value.', 'Write --from ID.'],
    [['replay', '--from', '--only', 'a'], '--from needs a value.', 'Write --from ID.'],
    [['replay', '--dry-run=yes'], '--dry-run does not accept a value.', 'Write --dry-run without a value.'],
    [
      ['replay', '--from', 'a', '--from', 'b'],
      '--from may be used only once.',
      'Use it once; it is not a list.',
    ],
    [['replay', '--input', 'PORT'], '--input must be K=V, got PORT.', 'Write --input NAME=VALUE.'],
    [
      ['replay', 'a.md', 'b.md'],
      'runbook replay does not accept the argument `b.md`.',
      'See `runbook replay --help`.',
    ],
    [
      ['replay', '--play', 'al'],
      '--play must be one of the allowed words, got "al"',
      'Did you mean all? One of: all, long, many, ask, throw, defect, trickle, deaf.',
    ],
    [['completion'], 'runbook completion needs the name of a shell.', 'Use bash, zsh or fish.'],
    [['completion', 'tcsh'], 'runbook completion does not support `tcsh`.', 'Use bash, zsh or fish.'],
    [
      ['replay', '--report', 'no/such/folder/x.xml'],
      '--report needs a folder that exists and is writable',
      'Nothing ran',
    ],
  ])('%j', async (args, message, remedy) => {
    const { stdout, stderr, code } = await call(args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 64 });
    expect(stderr).toMatch(/^error\[[a-z-]+\]: /);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });

  test('as data with --json', async () => {
    const { stdout, stderr, code } = await call(['replay', '--form', 'x', '--json']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 64 });
    expect(JSON.parse(stdout)).toEqual({
      type: 'error',
      exit: 64,
      diagnostics: [expect.objectContaining({ code: 'unknown-flag', severity: 'error' })],
    });
  });
});

describe('how it ends', () => {
  test.each([
    [['replay'], 1],
    [['plan'], 0],
    [['verify'], 2],
    [['facts', '--quiet'], 2],
    [['replay', '--play', 'throw'], 65],
    [['replay', '--play', 'defect'], 70],
  ])('%j exits %i', async (args, exit) => {
    expect((await call(args)).code).toBe(exit);
  });

  test('reports a defect as such, with its stack only under --verbose', async () => {
    const short = await call(['replay', '--play', 'defect']);
    expect(short.stderr).toMatch(
      /^error\[defect\]: runbook itself failed: a hole in the floor\n {2}remedy: Please report/,
    );
    expect(short.stderr).not.toContain('    at ');
    const long = await call(['replay', '--play', 'defect', '--verbose']);
    expect(long.stderr).toContain('    at ');
  });
});

describe('in a pipe', () => {
  test.each(['replay', 'plan', 'verify', 'lint', 'status', 'undo', 'facts', 'approve', 'init'])(
    '%s prints no control characters and nothing on stderr',
    async (verb) => {
      for (const flags of [[], ['--quiet'], ['--verbose']]) {
        const { stdout, stderr } = await call([verb, ...flags]);
        expect(stdout).not.toMatch(control);
        expect(stdout.endsWith('\n')).toBe(true);
        expect(stderr).toBe('');
      }
    },
  );

  test('FORCE_COLOR adds color; NO_COLOR and --no-color override it', async () => {
    expect((await call(['plan'], { FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
    expect((await call(['plan'], { FORCE_COLOR: '0' })).stdout).not.toContain('\u001b[');
    expect((await call(['plan'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\u001b[');
    expect((await call(['plan', '--no-color'], { FORCE_COLOR: '1' })).stdout).not.toContain('\u001b[');
  });

  test('--quiet prints only the failure and the last line', async () => {
    const { stdout } = await call(['replay', '--quiet']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^fail +start-caddy +3\.1s {2}the fence ended/);
    expect(lines.at(-1)).toMatch(
      /^failed: 1 acted, 2 skipped, 1 failed, 1 not reached, 1 fix applied in 15\.5s$/,
    );
    expect(stdout).not.toMatch(/^(ok|skip|run|fix|later) /m);
  });

  test('--verbose adds every line of output and every check', async () => {
    const { stdout } = await call(['replay', '--verbose']);
    expect(stdout).toMatch(/^out +install-k3s +Downloading 100%$/m);
    expect(stdout).toMatch(/^out +install-k3s +Installed\tfine$/m);
    expect(stdout).toMatch(/^check +install-k3s +pass +command k3s exists$/m);
    expect(stdout).toMatch(/^check +start-caddy +fail +port 443 owner caddy$/m);
  });

  test('--json prints one object, with global flags at any position', async () => {
    const before = await call(['--json', 'verify']);
    const after = await call(['verify', '--json']);
    expect(JSON.parse(before.stdout).summary).toEqual({ pass: 1, fail: 1, unknown: 1, noChecks: 1 });
    expect(after).toEqual(before);
  });
});
