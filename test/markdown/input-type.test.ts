import { describe, expect, it } from 'vitest';
import { readInputType } from '../../src/markdown/input-type.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { isOfType } from '../../src/model/input-type.ts';

/** Each type with values that it accepts and refuses. */
const VALUES: readonly [written: string, accepted: readonly string[], refused: readonly string[]][] = [
  ['text', ['', 'any text'], []],
  ['text(/^[a-z]+$/)', ['abc'], ['Abc', 'a1']],
  ['text(/^[a-z]+$/i)', ['Abc'], ['a1']],
  ['number', ['1', '-0.5', '007'], ['', '1e3', '1.', 'NaN', '1 ']],
  ['number(-1..1.5)', ['-1', '1.5'], ['-1.1', '1.51']],
  ['boolean', ['true', 'false'], ['yes', 'True', '1']],
  ['enum(a|b c)', ['a', 'b c'], ['', 'b', 'a|b c']],
  ['url', ['https://h/', 'postgres://u@h:1/x'], ['h', 'https://', 'mailto:a@b', 'https://a b/']],
  [
    'host',
    ['db', 'a.example', '10.0.0.1', '::1', '[fe80::1]'],
    ['', 'a b', 'a..b', '-a', 'http://a', 'a:80'],
  ],
  ['port', ['1', '65535'], ['0', '65536', '080', '+1', '1.0']],
  ['port(1024..)', ['1024'], ['1023']],
  ['duration', ['90s', '1m30s'], ['90', '', '25h']],
  ['duration(..1h)', ['1h'], ['1h1ms']],
  ['size', ['512B', '1.5 GiB', '5GB'], ['5', '5 apples', '-1GB']],
  ['size(1GB..2GB)', ['1GB', '1500MB'], ['999MB', '2GiB']],
];

describe('types of inputs', () => {
  it.each(VALUES)('%s accepts its values and refuses others', async (written, accepted, refused) => {
    const read = readInputType(written);
    if (!read || 'problem' in read) throw new Error(JSON.stringify(read));
    for (const value of accepted) expect([value, await isOfType(read.type, value)]).toEqual([value, true]);
    for (const value of refused) expect([value, await isOfType(read.type, value)]).toEqual([value, false]);
  });

  it.each([
    'enum',
    'enum(a||b)',
    'boolean(1..2)',
    'port(a..b)',
    'port(1024)',
    'port(..)',
    'number(2..1)',
    'text(abc)',
    'text(/(?=a)/)',
  ])('%s is refused with a reason', (written) => {
    expect(readInputType(written)).toEqual({ problem: expect.any(String) });
  });

  const rows = (heading: string, ...cells: readonly string[]) =>
    parseRunbook(
      sourceOf(
        `---\nrunbook: 1\n---\n\n## ${heading}\n\n| Name | Kind | Default |\n| - | - | - |\n${cells.join('\n')}\n`,
        'AUTODOCK.md',
      ),
    );

  it('are variables with a type, whose defaults must fit, at the place of the default', () => {
    const { inputs, diagnostics } = rows('Inputs', '| A | port | 80 |', '| B | `enum(x\\|y)` | z |');
    expect(inputs).toMatchObject([
      { name: 'A', kind: 'variable', type: { name: 'port' } },
      { name: 'B', kind: 'variable', type: { choices: ['x', 'y'] } },
    ]);
    expect(diagnostics).toMatchObject([
      {
        code: 'bad-default',
        message: 'The default of B must be one of x, y. Found `z`.',
        place: { line: 10, column: 22 },
      },
    ]);
  });

  it('are secrets in a section of that name, so that no mask is lost', () => {
    const { inputs } = rows('Secrets', '| A | text | |', '| B | variable | |', '| C | `secret(/^t/)` | |');
    expect(inputs.map(({ kind }) => kind)).toEqual(['secret', 'variable', 'secret']);
  });

  it('that are misspelt are refused with the nearest name', () => {
    expect(rows('Inputs', '| A | prot | |').diagnostics).toMatchObject([
      { code: 'bad-kind', remedy: 'Write `port`.' },
    ]);
  });
});
