import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPiped } from '../../src/program/joined-programs.ts';
import { temporaryFolder } from '../journal/places.ts';

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];

test('pipes the output of one program into another', async () => {
  const path = join(temporaryFolder(), 'written');
  expect(await runPiped(['tr', 'a-z', 'A-Z'], sh('cat >"$1"', path), 'some words')).toBeUndefined();
  expect(readFileSync(path, 'utf8')).toBe('SOME WORDS');
});

test.each([
  ['the first fails', sh('echo full >&2; exit 1'), ['cat'], 'full'],
  ['the second fails', ['cat'], sh('cat >/dev/null; echo broken >&2; exit 2'), 'broken'],
  ['the second does not read', ['yes'], sh('exit 3'), 'exit code 3'],
  ['the second is missing', ['cat'], ['no-such-program'], 'spawn no-such-program ENOENT'],
])('says why where %s', async (_, first, second, reason) => {
  expect(await runPiped(first, second, 'x')).toContain(reason);
});
