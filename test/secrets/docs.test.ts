import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createMasker } from '../../src/secrets/mask.ts';
import { ENCODINGS } from './encodings.ts';
import { UNMASKED } from './unmasked.ts';

const page = readFileSync(new URL('../../docs/secrets.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (.+?) +\| (yes|no) +\|$/gm)].map(([, way, masked]) => ({
  way: way!,
  masked: masked!,
}));

const SECRET = 'Tr0ub4dor "&" horse/9%+battery';

describe('the table of encodings in docs/secrets.md', () => {
  test('names at least 30, and every one that is tested', () => {
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(rows.map(({ way }) => way).sort()).toEqual(
      [...Object.keys(ENCODINGS), ...Object.keys(UNMASKED)].sort(),
    );
  });

  test.each(rows)('$way: $masked', ({ way, masked }) => {
    const encode = ENCODINGS[way] ?? UNMASKED[way]!;
    const text = encode(SECRET);
    const shown = createMasker([{ name: 'KEY', value: SECRET }]).mask(`before ${text} after`);
    if (masked === 'yes') {
      expect(shown).toContain('[secret:KEY]');
      expect(shown).not.toContain(text);
    } else expect(shown).toBe(`before ${text} after`);
  });
});
