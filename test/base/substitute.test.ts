import fc from 'fast-check';
import { expect, test } from 'vitest';
import { references, substitute } from '../../src/base/substitute.ts';
import { refusedName } from '../../src/model/refused-names.ts';

const values: Record<string, string> = { A: 'x', _b1: 'y', LOOP: '${A}', EMPTY: '' };
const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

test.each([
  ['${A}', 'x', []],
  ['-${A}${_b1}-', '-xy-', []],
  ['${EMPTY}|', '|', []],
  ['${LOOP}', '${A}', []],
  ['${NONE} ${A} ${NONE}', '${NONE} x ${NONE}', ['NONE']],
  ['$${A}', '${A}', []],
  ['$${NONE}', '${NONE}', []],
  ['$$${A}', '$${A}', []],
  ['$A ${A:-d} ${1} ${} ${ A} $(A)', '$A ${A:-d} ${1} ${} ${ A} $(A)', []],
  ['${toString}', '${toString}', ['toString']],
])('%s becomes %s', (text, wanted, missing) => {
  expect(substitute(text, lookup)).toEqual({ text: wanted, missing });
});

test('lists referenced names once and in order', () => {
  expect(references('${B} $${C} ${A} ${B} ${D:-x}')).toEqual(['B', 'A']);
});

test('leaves a text without references unchanged', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('${'));
      expect(substitute(text, lookup).text).toBe(text);
    }),
  );
});

test.each([
  'PATH',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'BASH_ENV',
  'ENV',
  'IFS',
  'NODE_OPTIONS',
  'PYTHONPATH',
  'PERL5LIB',
  'SHELLOPTS',
  'PS4',
  'BASH_FUNC_ls%%',
  'GIT_SSH_COMMAND',
])('rejects %s', (name) => {
  expect(refusedName(name)).toBe(true);
});

test.each(['REGISTRY_USER', 'path', 'MY_PATH', 'LD', 'ENVIRONMENT', 'PORT', 'KUBECONFIG', 'HOME'])(
  '%s is welcome',
  (name) => {
    expect(refusedName(name)).toBe(false);
  },
);
