import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDiagnostic, renderGrouped } from '../../../src/cli/render/diagnostic.ts';
import { plainPage } from '../../../src/cli/render/text/page.ts';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';
import { freshFolder } from '../call.ts';

test('shortens messages and lines of a megabyte', () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'a.md'), `${'x'.repeat(1_000_000)}\n`);
  const shown = renderDiagnostic(
    {
      code: 'bad-regex',
      severity: 'error',
      message: `The regular expression ${'('.repeat(1_000_000)} ends too early.`,
      remedy: 'Fix it.',
      place: { file: 'a.md', line: 1, column: 500_000 },
    },
    plainPage,
    folder,
  );
  expect(shown.length).toBeLessThan(5_000);
  expect(shown).toContain('((((…\n');
  expect(shown).toContain('remedy: Fix it.');
});

test('a warning that is repeated is explained once', () => {
  const warning = (line: number): Diagnostic => ({
    code: 'no-verify',
    severity: 'warning',
    message: `step-${line} has no Verify.`,
    remedy: 'Add one.',
    place: { file: 'missing.md', line, column: 1 },
  });
  const other: Diagnostic = { code: 'bad', severity: 'error', message: 'It is bad.', remedy: 'Fix it.' };
  const all = [1, 2, 3, 4, 5, 6, 7].map(warning);
  expect(
    renderGrouped([other, ...all], plainPage, '/'),
  ).toBe(`missing.md:1:1: warning[no-verify]: step-1 has no Verify.
  remedy: Add one.
missing.md:2:1: warning[no-verify]: step-2 has no Verify.
missing.md:3:1: warning[no-verify]: step-3 has no Verify.
missing.md:4:1: warning[no-verify]: step-4 has no Verify.
missing.md:5:1: warning[no-verify]: step-5 has no Verify.
  and 2 more [no-verify]: missing.md:6, missing.md:7
error[bad]: It is bad.
  remedy: Fix it.
`);
});
