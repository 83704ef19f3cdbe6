import { expect, test } from 'vitest';
import { compileRegex, regexProblem } from '../../src/base/regex.ts';

async function matches(pattern: string, text: string, ignoreCase = false): Promise<boolean> {
  const compiled = await compileRegex(pattern, ignoreCase);
  if ('problem' in compiled) throw new Error(compiled.problem);
  return compiled.regex.test(text);
}

test('finds anywhere, case-sensitively or not', async () => {
  expect(await matches('bind: .*:443', 'x\nlisten: bind: 0.0.0.0:443: in use')).toBe(true);
  expect(await matches('READY', 'not ready')).toBe(false);
  expect(await matches('READY', 'not ready', true)).toBe(true);
  expect(await matches('^b', 'a\nb')).toBe(false);
  expect(await matches('(?m)^b', 'a\nb')).toBe(true);
});

test('matches a pattern in linear time that hangs others', async () => {
  const start = performance.now();
  expect(await matches('(a+)+$', `${'a'.repeat(50_000)}b`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(5000);
});

test.each(['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(a)\\1', '(?<n>a)\\k<n>', '(', '[a', 'a)', '*a'])(
  '%s is a problem',
  (pattern) => {
    expect(regexProblem(pattern)).toBeTypeOf('string');
  },
);

test.each([
  'a',
  '(?i)a',
  '(?P<n>a)',
  '(?<n>a)',
  '\\(\\?=',
  '\\\\1',
  '[[:alpha:]]',
  '\\Q(\\E',
  'a{2,3}',
  '\\d+',
])('accepts and compiles %s', async (pattern) => {
  expect(regexProblem(pattern)).toBeUndefined();
  expect(await compileRegex(pattern, false)).toHaveProperty('regex');
});

test('returns an error that only the engine finds, without throwing', async () => {
  expect(await compileRegex('a{2000}', false)).toHaveProperty('problem');
});
