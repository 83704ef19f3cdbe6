import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readArguments } from '../../src/cli/arguments.ts';
import { flagsOf } from '../../src/cli/flags.ts';
import { readCall } from '../../src/cli/global-flags.ts';
import { EXIT, RunbookError } from '../../src/model/diagnostic.ts';
import type { Operation } from '../../src/operations/operation.ts';

const operation: Operation = {
  name: 'sample',
  summary: 'a sample',
  description: '',
  examples: ['runbook sample --jobs 4'],
  effect: 'read',
  input: z.object({
    file: z
      .string()
      .default('AUTODOCK.md')
      .describe('the runbook')
      .meta({ positional: true, placeholder: 'FILE' }),
    others: z.array(z.string()).default([]).meta({ positional: true }),
    dryRun: z.boolean().default(false).describe('outside').meta({ hidden: true }),
    sudo: z.boolean().default(true),
    input: z.record(z.string(), z.string()).optional().describe('values'),
    only: z.array(z.string().describe('inside')).optional(),
    jobs: z.int().min(1).max(64).default(1),
    lines: z.coerce.number().int().min(0).default(20),
    fault: z.array(z.enum(['kill-step', 'restart'])).default([]),
    level: z.enum(['low', 'high']).optional(),
    note: z.string().meta({ flag: 'say', short: 's', placeholder: 'TEXT' }),
  }),
  run: async (_context, input) => input,
  exit: () => EXIT.done,
};

const read = (...args: string[]) => readArguments(operation, args).input;

test('flags say what the schema says', () => {
  expect(
    flagsOf(operation).map(({ name, kind, positional, required, hidden }) => ({
      name,
      kind,
      positional,
      required,
      hidden,
    })),
  ).toEqual([
    { name: 'FILE', kind: 'text', positional: true, required: false, hidden: false },
    { name: 'OTHERS', kind: 'list', positional: true, required: false, hidden: false },
    { name: 'dry-run', kind: 'switch', positional: false, required: false, hidden: true },
    { name: 'no-sudo', kind: 'switch', positional: false, required: false, hidden: false },
    { name: 'input', kind: 'pairs', positional: false, required: false, hidden: false },
    { name: 'only', kind: 'list', positional: false, required: false, hidden: false },
    { name: 'jobs', kind: 'number', positional: false, required: false, hidden: false },
    { name: 'lines', kind: 'number', positional: false, required: false, hidden: false },
    { name: 'fault', kind: 'list', positional: false, required: false, hidden: false },
    { name: 'level', kind: 'text', positional: false, required: false, hidden: false },
    { name: 'say', kind: 'text', positional: false, required: true, hidden: false },
  ]);
  expect(flagsOf(operation).find((flag) => flag.name === 'level')!.choices).toEqual(['low', 'high']);
  expect(flagsOf(operation).find((flag) => flag.name === 'jobs')!.default).toBe('1');
});

describe('arguments are read as the input', () => {
  const rest = {
    file: 'AUTODOCK.md',
    others: [],
    dryRun: false,
    sudo: true,
    jobs: 1,
    lines: 20,
    fault: [],
    note: 'x',
  };

  test.each([
    [['--say', 'x'], rest],
    [['-s', 'x'], rest],
    [['--say=x', 'my.md', 'a', 'b'], { ...rest, file: 'my.md', others: ['a', 'b'] }],
    [
      ['--say=--strange', '--no-sudo', '--dry-run'],
      { ...rest, note: '--strange', sudo: false, dryRun: true },
    ],
    [
      ['--input', 'A=1', '--say', 'x', '--input=B=2=3', '--input', 'C='],
      { ...rest, input: { A: '1', B: '2=3', C: '' } },
    ],
    [['--only', 'a', '--only', 'b', '--say', 'x'], { ...rest, only: ['a', 'b'] }],
    [['--jobs', '4', '--level', 'high', '--say', '-1'], { ...rest, jobs: 4, level: 'high', note: '-1' }],
    [['--say', 'x', '--', '--odd.md'], { ...rest, file: '--odd.md' }],
  ])('%j', (args, input) => expect(read(...args)).toEqual(input));

  test.each([
    [[], 'runbook sample needs --say.', 'Write `runbook sample --say TEXT`.'],
    [
      ['my file.md', '--dry-run', '--input', 'TOKEN=hunter2', '--jobs=2'],
      'runbook sample needs --say.',
      "Write `runbook sample 'my file.md' --dry-run --input TOKEN=… --jobs 2 --say TEXT`.",
    ],
    [['--jobs', '0'], '--jobs must be an integer from 1 to 64, got "0".', 'As in `runbook sample --jobs 4`.'],
    [['--jobs', 'two'], '--jobs must be an integer from 1 to 64, got "two".', '--jobs 4'],
    [['--jobs', '65'], '--jobs must be an integer from 1 to 64, got "65".', '--jobs 4'],
    [['--jobs', ''], '--jobs must be an integer from 1 to 64, got "".', '--jobs 4'],
    [['--lines', '1.5'], '--lines must be an integer, 0 or more, got "1.5".', 'Write --lines 20, for'],
    [
      ['--level', 'hihg'],
      '--level must be one of the allowed words, got "hihg".',
      'Did you mean high? One of: low, high.',
    ],
    [
      ['--fault', 'stop'],
      '--fault must be one of the allowed words, got "stop".',
      'One of: kill-step, restart.',
    ],
    [['--sudo'], 'runbook sample has no flag --sudo.', 'See `runbook sample --help`.'],
  ])('%j is a usage error', (args, message, remedy) => {
    try {
      read(...args);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RunbookError);
      const { exit, diagnostics } = error as RunbookError;
      expect(exit).toBe(64);
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]!.message).toBe(message);
      expect(diagnostics[0]!.remedy).toContain(remedy);
    }
  });

  test('names all missing arguments together', () => {
    const pair: Operation = {
      ...operation,
      run: async () => 0,
      exit: () => EXIT.done,
      name: 'pair',
      input: z.object({
        a: z.string().meta({ positional: true }),
        b: z.string().meta({ positional: true }),
        port: z.coerce.number().int().min(1).max(65_535).meta({ positional: true }),
      }),
      examples: ['runbook pair one two 80'],
    };
    const wrong =
      (...args: string[]) =>
      () =>
        readArguments(pair, args);
    expect(wrong('x')).toThrow('pair needs B and PORT');
    expect(wrong('x', 'y', 'high')).toThrow('PORT must be an integer from 1 to 65535, got "high".');
  });
});

test('accepts global switches anywhere before --', () => {
  const { verb, rest, on, stray } = readCall([
    '--json',
    'replay',
    'a.md',
    '--quiet',
    '--from',
    'x',
    '--',
    '--json',
  ]);
  expect({ verb, rest, on: [...on], stray }).toEqual({
    verb: 'replay',
    rest: ['a.md', '--from', 'x', '--', '--json'],
    on: ['json', 'quiet'],
    stray: undefined,
  });
  expect(readCall(['--wrong', 'plan']).stray).toBe('--wrong');
});
