import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../../src/cli/render/diagnostic.ts';
import { plainPage } from '../../../src/cli/render/text/page.ts';
import { freshFolder } from '../call.ts';

test('shortens messages and lines of a megabyte', () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'a.md'), `${'x'.repeat(1_000_000)}\n`);
  const shown = renderDiagnostic(
    {
      code: 'bad-regex',
      severity: 'error',
      message: `The regular expression ${'('.repeat(1_000_000)} ends too early.`,
      remedy: 'Mend it.',
      place: { file: 'a.md', line: 1, column: 500_000 },
    },
    plainPage,
    folder,
  );
  expect(shown.length).toBeLessThan(5_000);
  expect(shown).toContain('((((…\n');
  expect(shown).toContain('remedy: Mend it.');
});
