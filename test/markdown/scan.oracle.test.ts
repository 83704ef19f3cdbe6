import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expected, type Landmark, scanned } from './remark-oracle.ts';

/**
 * remark as the oracle of the scanner. The generated text omits the cases in which remark itself differs from
 * CommonMark. 600,000 random texts found them; commonmark.js, the reference, agrees with the scanner on each:
 * - behind indented code it lets no numbered item begin but 1, and splits the code where a container has just ended;
 * - an empty item may not begin where a new quote has interrupted a paragraph;
 * - a lone tag (`<b>`, `</pre>`) on a lazy line ends the paragraph;
 * - blank lines at the end of an unclosed fence are lost;
 * - an invalid definition (`[a]:`) moves the line of the heading that it becomes.
 */
describe('finds the same headings, fences and containers as remark', () => {
  test('in adversarial text', () => {
    const landmarks = (found: readonly Landmark[]) => found.filter((each) => !('code' in each));
    fc.assert(
      fc.property(fc.array(fc.tuple(line, lineEnd), { maxLength: 8 }), (lines) => {
        const text = `${lines.flat().join('')}end\n`;
        fc.pre(!endsInUnclosedFence(text));
        expect(landmarks(scanned(text))).toEqual(landmarks(expected(text)));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 800) },
    );
  }, 600_000);
});

const outer = fc.constantFrom('', '', '', ' ', '   ', '    ', '\t', '     ');
const inner = fc.constantFrom('', '', '', ' ', '  ', '   ');
const marker = fc.constantFrom('', '', '> ', '>', '- ', '* ', '+   ', '1. ', '1) ', '1.  ');
const headings = ['# h', '## h #', '###', '#x', '===', '---'];
const rules = ['- - -', '***', '* * x', '__ _'];
const fences = ['```', '````', '~~~', '```sh', '~~~ a `b`', '``` x`y', 'x ```'];
const html = ['<div>', '</div>', '<!-- c', '-->', '<!-- c -->', '<b', '<pre>', '<?x', '?>', '<!D', '>'];
const prose = ['', 'a', 'b c', '[a]: /u', '[a]: /u "t"', '"t"', '[b]: <', '| a | b |', '|---|---|', 'x\\'];
const content = fc.constantFrom(...headings, ...rules, ...fences, ...html, ...prose);
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');

const line = fc.tuple(outer, marker, inner, marker, content).map((parts) => {
  const text = parts.join('');
  return /[-*+.)]\s*$/.test(text) ? `${text}a` : text;
});

function endsInUnclosedFence(text: string): boolean {
  const last = scanned(text).at(-1);
  return last !== undefined && 'fence' in last && /(?:^|\n)\s*$/.test(String(last.value));
}
