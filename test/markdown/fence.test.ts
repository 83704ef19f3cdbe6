import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInfo } from '../../src/markdown/fence.ts';

test.each([
  ['', { language: '', attributes: {} }],
  ['BASH', { language: 'bash', attributes: {} }],
  ['js title="x" copy', { language: 'js', attributes: {} }],
  ['sh {"a":"1","b":2,"c":false}', { language: 'sh', attributes: { a: '1', b: '2', c: 'false' } }],
  ['sh{"a":"1"}', { language: 'sh', attributes: { a: '1' } }],
  ['sh {}', { language: 'sh', attributes: {} }],
  [
    `sh { a=1 b="two words" c='it' d="a\\"b" }`,
    { language: 'sh', attributes: { a: '1', b: 'two words', c: 'it', d: 'a"b' } },
  ],
  ['sh {a=1}', { language: 'sh', attributes: { a: '1' } }],
  ['{"a":"1"}', { language: '', attributes: { a: '1' } }],
  ['sh {"__proto__":"x"}', { language: 'sh', attributes: JSON.parse('{"__proto__":"x"}') }],
])('%s', (info, read) => {
  expect(readInfo(info)).toEqual(read);
});

test.each([
  'sh {',
  'sh {"a":{}}',
  'sh {"a":[1]}',
  'sh {"a":null}',
  'sh [1]{',
  'sh {1,3}',
  'sh {"a":"1"} x',
  'sh { a= }',
  'sh { a=1',
  'sh {a}',
])('rejects %s', (info) => {
  expect(readInfo(info).unreadable).toBeTypeOf('string');
});

test('reads everything that JSON writes', () => {
  const attributes = fc.dictionary(fc.string(), fc.string());
  fc.assert(
    fc.property(attributes, (written) => {
      expect(readInfo(`bash ${JSON.stringify(written)}`).attributes).toEqual(written);
    }),
  );
});
