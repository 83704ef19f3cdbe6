import { expect, test } from 'vitest';
// @ts-expect-error: a script of the build, without types
import { assertSettled } from '../../scripts/settled-exports.mjs';

const chunk = (name: string, text: string) => ({ name, text });

test('exports that never change are settled, whatever their objects and other names do', () => {
  const text = `
    import { b } from './b.js';
    var a = 1, made = {}, inner = 0;
    made.field = a;
    inner++;
    function f({ x = 2 } = {}) { const later = () => import('./c.js'); return [x, later, b]; }
    export { a, made as other, f };`;
  const later = chunk('c.js', `import { a } from './a.js'; export { a };`);
  expect(() => assertSettled([chunk('a.js', text), chunk('b.js', 'export var b;'), later])).not.toThrow();
});

test.each([
  ['a = 2'],
  ['a ??= 2'],
  ['a++'],
  ['--a'],
  ['[a] = [2]'],
  ['[...a] = [2]'],
  ['({ a } = {})'],
  ['({ b: a = 3, ...c } = {})'],
  ['(a) = 2'],
  ['for (a of []);'],
  ['for (a in {});'],
  ['function later() { a = 2 }'],
])('%s is found', (text) => {
  const chunks = [chunk('a.js', `var a = 1, c;\n${text};\nexport { a as given };`)];
  expect(() => assertSettled(chunks)).toThrow('a.js exports a, which is assigned again');
});

test('chunks that need each other are found, those that load each other on demand are not', () => {
  const one = (to: string) => chunk('1.js', `${to}; export {};`);
  const two = chunk('2.js', `import './3.js'; export {};`);
  const three = chunk('3.js', `export * from './1.js';`);
  expect(() => assertSettled([one(`import './2.js'`), two, three])).toThrow('1.js → 2.js → 3.js → 1.js');
  expect(() => assertSettled([one(`import('./2.js')`), two, three])).not.toThrow();
});
