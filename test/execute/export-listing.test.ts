import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteOnOneLine, shellQuote } from '../../src/base/shell-quote.ts';
import { bytesToText, textToBytes } from '../../src/execute/state/bytes-as-text.ts';
import { readExportListing } from '../../src/execute/state/export-listing.ts';

const listing = (text: string) => Object.fromEntries(readExportListing(Buffer.from(text)));

test.each([
  ['declare -x A="b"\n', { A: 'b' }],
  ['declare -x A="one\ntwo"\ndeclare -x B=""\n', { A: 'one\ntwo', B: '' }],
  ['declare -x A="\\"\\$\\`\\\\ it\'s"\n', { A: '"$`\\ it\'s' }],
  ["declare -x A=$'\\001\\n\\t\\'\\\\\\xff'\n", { A: "\x01\n\t'\\\udcff" }],
  ["declare -x A=$'\\303\\274'\n", { A: 'ü' }],
  ['declare -rx A="1"\ndeclare -ix B="2"\n', { A: '1', B: '2' }],
  ['declare -x NO_VALUE\ndeclare -ax LIST=([0]="1")\ndeclare -x B="2"\n', { B: '2' }],
  ["export A='b'\nexport B='it'\"'\"'s'\nexport C\n", { A: 'b', B: "it's" }],
  ["export A='a'\\''b'\n", { A: "a'b" }],
  ["export A=plain\nexport B=$'\\C-A\\M-\\C-?\\M-b'\n", { A: 'plain', B: '\x01\udcff\udce2' }],
  // zsh in the C locale: apart from the high bit, ç and 🎉 contain a byte that is a quote, and one that is a tab.
  ["export A=$'\\M-C\\M-''\nexport B=$'\\M-p\\M-\\C-_\\M-\\C-N\\M-\\t'\n", { A: 'ç', B: '🎉' }],
  ["export -T PATH path=( /usr/bin '/a b' )\nexport Z=1\n", { PATH: '/usr/bin:/a b', Z: '1' }],
  ['export A="looks like\nexport B=no"\n', { A: 'looks like\nexport B=no' }],
  ['', {}],
])('%j', (text, variables) => {
  expect(listing(text)).toEqual(variables);
});

test('converts bytes to text and back without loss', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(textToBytes(bytesToText(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(bytesToText(textToBytes(text))).toBe(text);
    }),
  );
});

test('reads back a quoted word from every shell', () => {
  const text = fc
    .string({ unit: 'binary' })
    .filter((each) => !each.includes('\0') && !/\p{Surrogate}/u.test(each));
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 20 }), (texts) => {
      for (const [shell, quote] of [
        ['bash', shellQuote],
        ['sh', shellQuote],
        ['bash', quoteOnOneLine],
      ] as const) {
        const input = texts.map((each) => `printf '%s\\0' ${quote(each)}\n`).join('');
        const { stdout } = spawnSync(shell, { input: Buffer.from(input) });
        expect(stdout.toString().split('\0').slice(0, -1)).toEqual(texts);
      }
      expect(texts.map(quoteOnOneLine).join('')).not.toContain('\n');
    }),
    { numRuns: 10 },
  );
});
