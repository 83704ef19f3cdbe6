import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT, RunbookError } from '../../src/model/diagnostic.ts';
import type { Input } from '../../src/model/runbook.ts';
import { type InputSources, resolveInputs } from '../../src/secrets/resolve.ts';
import type { Person } from '../../src/world.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const input = (name: string, more: Partial<Input> = {}): Input => ({
  name,
  kind: 'variable',
  required: true,
  purpose: '',
  place: { file: 'AUTODOCK.md', line: 9, column: 3 },
  ...more,
});
const secret = (name: string, more: Partial<Input> = {}) => input(name, { kind: 'secret', ...more });

/** Runs the command in a real shell. */
function runCommand(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function sources(more: Partial<InputSources> = {}): InputSources {
  return { given: {}, env: {}, folder: temporaryFolder(), runCommand, allowCommands: true, ...more };
}

/** A person who gives these answers, and the questions asked. */
function person(answers: Record<string, string>) {
  const asked: { question: string; secret: boolean }[] = [];
  const ask = async (question: string, options?: { secret?: boolean }) => {
    asked.push({ question, secret: options?.secret ?? false });
    return answers[question.split(/[ :]/)[0] ?? ''] ?? '';
  };
  return { asked, person: { ask } as Person };
}

describe('the source of a value', () => {
  const ways: readonly [source: string, more: Partial<InputSources>, declared: Partial<Input>][] = [
    ['--input', { given: { NAME: 'v' } }, {}],
    ['environment', { env: { NAME: 'v' } }, {}],
    ['--env-file', {}, {}],
    ['.env', {}, {}],
    ['command', {}, { command: 'printf "v\\n\\n"' }],
    ['default', {}, { default: 'v' }],
    ['prompt', person({ NAME: 'v' }), {}],
  ];

  it.each(ways.map((way, index) => [way[0], index] as const))(
    '%s, ahead of all that follow',
    async (source, index) => {
      const folder = temporaryFolder();
      const rest = ways.slice(index);
      const names = rest.map(([name]) => name);
      const envFile = join(folder, 'given.env');
      if (names.includes('.env'))
        writeFileSync(join(folder, '.env'), `NAME=${source === '.env' ? 'v' : 'later'}\n`);
      if (names.includes('--env-file'))
        writeFileSync(envFile, `NAME=${source === '--env-file' ? 'v' : 'later'}\n`);
      const later = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('"v"', '"later"'));
      const declared = rest.slice(1).map(([, , each]) => later(each));
      const given = rest.slice(1).map(([, { person: _, ...each }]) => later(each));
      const { values, missing, resolved } = await resolveInputs(
        [input('NAME', Object.assign({}, ...declared, ways[index]?.[2]))],
        sources({
          folder,
          ...Object.assign({}, ...given, ways[index]?.[1]),
          ...(names.includes('--env-file') ? { envFile } : {}),
        }),
      );
      expect(values.get('NAME')).toEqual({ value: 'v', kind: 'variable', source });
      expect(resolved).toEqual([{ name: 'NAME', kind: 'variable', required: true, source, value: 'v' }]);
      expect(missing).toEqual([]);
    },
  );

  it('is never empty, except for an empty value on the command line', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), 'NAME=\n');
    const empty = sources({ folder, env: { NAME: '' } });
    expect((await resolveInputs([input('NAME', { default: 'd' })], empty)).values.get('NAME')?.value).toBe(
      'd',
    );
    const said = await resolveInputs([input('NAME', { default: 'd' })], { ...empty, given: { NAME: '' } });
    expect(said.values.get('NAME')).toMatchObject({ value: '', source: '--input' });
    expect(said.missing).toEqual([]);
  });

  it('is not a property that every object has', async () => {
    const { values } = await resolveInputs([input('constructor')], sources());
    expect(values.size).toBe(0);
  });

  it('may be a file with quotes, several lines and comments', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.env'), '# mine\nexport KEY="one\ntwo"\nRAW=\'a#b $c\'\nURL=x=y # why\n');
    const { values } = await resolveInputs([input('KEY'), input('RAW'), input('URL')], sources({ folder }));
    expect([...values].map(([, { value }]) => value)).toEqual(['one\ntwo', 'a#b $c', 'x=y']);
  });
});

describe('a secret', () => {
  it('rejects a secret on the command line, and names ways that others cannot see', async () => {
    const refused = resolveInputs([secret('TOKEN')], sources({ given: { TOKEN: 'hunter22hunter' } }));
    await expect(refused).rejects.toMatchObject({
      exit: EXIT.usage,
      diagnostics: [{ code: 'secret-as-argument' }],
    });
    const error = (await refused.catch((reason: unknown) => reason)) as RunbookError;
    expect(error.diagnostics[0]?.remedy).toMatch(/environment.*\.env.*--env-file.*command/);
    expect(error.diagnostics[0]?.remedy).toContain('the environment variable TOKEN, a line TOKEN=… in .env');
    expect(JSON.stringify(error.diagnostics)).not.toContain('hunter22hunter');
  });

  it('appears in no report, whatever its source', async () => {
    const { values, resolved } = await resolveInputs(
      [secret('TOKEN')],
      sources({ env: { TOKEN: 'hunter22hunter' } }),
    );
    expect(values.get('TOKEN')).toEqual({ value: 'hunter22hunter', kind: 'secret', source: 'environment' });
    expect(resolved).toEqual([
      { name: 'TOKEN', kind: 'secret', required: true, source: 'environment', value: '[secret:TOKEN]' },
    ]);
  });

  it('is prompted for without echo; variables too, and only if required', async () => {
    const { asked, person: somebody } = person({ TOKEN: 't', NAME: 'n' });
    const declared = [
      secret('TOKEN', { purpose: 'pulls images' }),
      input('NAME'),
      secret('OPTIONAL', { required: false }),
    ];
    const { values } = await resolveInputs(declared, sources({ person: somebody }));
    expect([...values.keys()]).toEqual(['TOKEN', 'NAME']);
    expect(asked).toEqual([
      { question: 'TOKEN (pulls images):', secret: true },
      { question: 'NAME:', secret: false },
    ]);
  });

  it('is reported once if others can read the file; variables are not', async () => {
    const folder = temporaryFolder();
    const path = join(folder, '.env');
    writeFileSync(path, 'A=1\nB=2\nC=3\n');
    chmodSync(path, 0o644);
    const { warnings } = await resolveInputs([secret('A'), secret('B'), input('C')], sources({ folder }));
    expect(warnings).toMatchObject([
      { code: 'env-file-exposed', severity: 'warning', remedy: `Run: chmod 600 ${path}` },
    ]);
    expect((await resolveInputs([input('C')], sources({ folder }))).warnings).toEqual([]);
    chmodSync(path, 0o600);
    expect((await resolveInputs([secret('A')], sources({ folder }))).warnings).toEqual([]);
  });
});

describe('a command', () => {
  it('does not run before its document is approved, and its input is not reported as missing', async () => {
    const ran: string[] = [];
    const run = async (command: string) => {
      ran.push(command);
      return { code: 0, stdout: 'x', stderr: '' };
    };
    const declared = [secret('TOKEN', { command: 'pass show x', default: 'd' })];
    const { values, missing, resolved } = await resolveInputs(
      declared,
      sources({ allowCommands: false, runCommand: run }),
    );
    expect([ran, [...values], missing]).toEqual([[], [], []]);
    expect(resolved).toEqual([{ name: 'TOKEN', kind: 'secret', required: true, source: 'command' }]);
  });

  it('does not run if the value is given', async () => {
    const { values } = await resolveInputs(
      [input('NAME', { command: 'exit 9' })],
      sources({ env: { NAME: 'v' } }),
    );
    expect(values.get('NAME')?.source).toBe('environment');
  });

  it.each([
    ['exit 3', '`exit 3` exited with 3'],
    ['echo half; echo "no such entry" >&2; exit 1', 'exited with 1: no such entry'],
    ['true', '`true` printed nothing'],
  ])('names a command without a result as the reason: %s', async (command, why) => {
    const { missing, values } = await resolveInputs([secret('TOKEN', { command })], sources());
    expect(values.size).toBe(0);
    expect(missing[0]?.cause).toContain(why);
  });
});

describe('a missing input', () => {
  it('is reported with its purpose, place and the ways to provide it', async () => {
    const { missing, resolved } = await resolveInputs(
      [secret('TOKEN', { purpose: 'pulls images' }), input('HOST')],
      sources(),
    );
    expect(missing).toMatchObject([
      {
        code: 'missing-input',
        severity: 'error',
        message: 'The secret TOKEN has no value (pulls images).',
        place: { line: 9 },
      },
      { code: 'missing-input', message: 'The variable HOST has no value.' },
    ]);
    expect(missing[0]?.remedy).toContain('environment variable TOKEN');
    expect(missing[0]?.remedy).not.toContain('--input');
    expect(missing[1]?.remedy).toContain('--input HOST=');
    expect(resolved.map(({ source, value }) => [source, value])).toEqual([
      ['missing', undefined],
      ['missing', undefined],
    ]);
  });

  it('is not reported if it is optional', async () => {
    const { missing, values } = await resolveInputs([input('HOST', { required: false })], sources());
    expect([missing, [...values]]).toEqual([[], []]);
  });
});

describe('rejected input', () => {
  it.each(['PATH', 'LD_PRELOAD', 'BASH_ENV', 'NODE_OPTIONS'])(
    'the name %s, even with a value at hand',
    async (name) => {
      const { missing, values } = await resolveInputs(
        [input(name, { required: false, default: 'x' })],
        sources({ env: { [name]: 'y' } }),
      );
      expect(missing).toMatchObject([{ code: 'refused-name' }]);
      expect(values.size).toBe(0);
    },
  );

  it('an undeclared name, with the nearest declared one', async () => {
    const refused = resolveInputs(
      [input('DOMAIN'), secret('TOKEN')],
      sources({ given: { DOMIAN: 'x', OTHER: 'y' } }),
    );
    await expect(refused).rejects.toMatchObject({
      exit: EXIT.usage,
      diagnostics: [
        {
          code: 'unknown-input',
          message: '--input must name a declared input. The document does not declare DOMIAN.',
          remedy: 'Did you mean DOMAIN? Declared inputs: DOMAIN, TOKEN.',
        },
        { code: 'unknown-input', remedy: 'Declared inputs: DOMAIN, TOKEN.' },
      ],
    });
  });

  it('an unreadable --env-file; an unreadable .env is only a warning', async () => {
    const folder = temporaryFolder();
    const absent = resolveInputs([input('A')], sources({ envFile: join(folder, 'none.env') }));
    await expect(absent).rejects.toBeInstanceOf(RunbookError);
    await expect(absent).rejects.toMatchObject({
      exit: EXIT.usage,
      diagnostics: [{ code: 'env-file-unreadable' }],
    });
    const odd = temporaryFolder();
    writeFileSync(join(odd, 'file'), '');
    const { warnings } = await resolveInputs([input('A')], sources({ folder: join(odd, 'file') }));
    expect(warnings).toMatchObject([{ code: 'env-file-unreadable', severity: 'warning' }]);
  });
});

describe('the type of an input', () => {
  const port = { name: 'port', written: 'port(1024..)', least: 1024 } as const;

  it('accepts a value of the type', async () => {
    const { missing, resolved } = await resolveInputs(
      [input('UI', { type: port })],
      sources({ given: { UI: '8080' } }),
    );
    expect(missing).toEqual([]);
    expect(resolved).toMatchObject([{ name: 'UI', kind: 'variable', type: 'port(1024..)', value: '8080' }]);
  });

  it('refuses another value with the row of the input, and shows only what the caller gave', async () => {
    const declared = [input('UI', { type: port }), input('API', { type: port })];
    const { missing } = await resolveInputs(
      declared,
      sources({ given: { UI: '80' }, env: { API: 'held-by-person' } }),
    );
    expect(missing).toMatchObject([
      {
        code: 'bad-value',
        message: 'The value of UI must be a port from 1 to 65535, at least 1024. Found "80".',
        place: { file: 'AUTODOCK.md', line: 9 },
      },
      { code: 'bad-value', message: expect.stringContaining('The value from the environment is not.') },
    ]);
    expect(JSON.stringify(missing)).not.toContain('held-by-person');
  });

  it('compares a secret with its pattern without showing it', async () => {
    const pattern = { source: '^tok-', ignoreCase: false };
    const declared = [secret('TOKEN', { type: { name: 'text', written: 'secret(/^tok-/)', pattern } })];
    const wrong = await resolveInputs(declared, sources({ env: { TOKEN: 'hunter2' } }));
    expect(wrong.missing).toMatchObject([{ code: 'bad-value' }]);
    expect(JSON.stringify(wrong)).not.toContain('hunter2"}');
    expect(JSON.stringify(wrong.missing)).not.toContain('hunter2');
    const right = await resolveInputs(declared, sources({ env: { TOKEN: 'tok-1' } }));
    expect(right.missing).toEqual([]);
  });

  it('is part of the question, and a wrong answer is asked again', async () => {
    const answers = ['80', '8080'];
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return answers.shift() ?? '';
    };
    const { missing, values } = await resolveInputs(
      [input('UI', { type: port, purpose: 'the page' })],
      sources({ person: { ask } as unknown as Person }),
    );
    expect(missing).toEqual([]);
    expect(values.get('UI')?.value).toBe('8080');
    expect(asked).toEqual(Array(2).fill('UI (the page; a port from 1 to 65535, at least 1024):'));
  });
});
