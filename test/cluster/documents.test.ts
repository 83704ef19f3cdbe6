import { expect, test } from 'vitest';
import { readDocuments, type Substitution } from '../../src/cluster/apply/documents.ts';

const values: Readonly<Record<string, string>> = {
  PORT: '2746',
  ON: 'true',
  NAME: 'argo',
  PASS: '0123',
  TRICK: 'a: b',
  EMPTY: '',
};
const substitution: Substitution = {
  replace: (text) => text.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  holdsSecret: (text) => text.includes('0123'),
};

function read(text: string) {
  const found = readDocuments(text, substitution);
  if (!found.ok) throw new Error(`${found.line}: ${found.message}`);
  return found.objects;
}

const map = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata:\n${data}`;

test('skips empty documents and comments, and expands a List', () => {
  expect(read('# nothing\n---\n\n---\n# here\n')).toEqual([]);
  expect(read('')).toEqual([]);
  const list = `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } })}\n`;
  expect(read(`${list}---\n${map('  a: b')}`)).toMatchObject([{ kind: 'A' }, { kind: 'ConfigMap' }]);
});

test('reads numbers like kubectl: octal modes, no base 60, no dates', () => {
  const [object] = read(
    map('  mode: 0644\n  ports: 22:22\n  day: 2026-11-25\n  yes: yes\n  version: 1.10\n'),
  );
  expect(object?.data).toEqual({ mode: 420, ports: '22:22', day: '2026-11-25', true: true, version: 1.1 });
});

test('replaces ${NAME} inside strings, with the value’s type if it is a whole plain scalar', () => {
  const [object] = read(
    map(
      '  url: http://${NAME}:${PORT}/\n  port: ${PORT}\n  text: "${PORT}"\n  on: ${ON}\n  other: ${HOME}\n  empty: ${EMPTY}\n  trick: ${TRICK}\n',
    ),
  );
  expect(object?.data).toEqual({
    ...{ url: 'http://argo:2746/', port: 2746, text: '2746', true: true },
    ...{ other: '${HOME}', empty: '', trick: 'a: b' },
  });
});

test('a secret stays a string and cannot add structure', () => {
  const [object] = read(map('  password: ${PASS}\n'));
  expect(object?.data).toEqual({ password: '0123' });
});

test('keeps unknown fields', () => {
  expect(
    read('{"apiVersion":"x.io/v1","kind":"X","metadata":{"name":"x"},"spec":{"anything":[1,{"a":null}]}}'),
  ).toEqual([
    { apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'x' }, spec: { anything: [1, { a: null }] } },
  ]);
});

test.each([
  ['a: [', 1, /flow/i],
  [`${map('  a: b')}\n---\n- list\n`, 6, /must be a Kubernetes object/],
  [`${map('  a: b')}\n---\nkind: X\n`, 6, /no apiVersion/],
  ['apiVersion: v1\nmetadata: { name: x }\n', 1, /no kind/],
  ['apiVersion: v1\nkind: X\nmetadata: { generateName: x- }\n', 1, /generateName/],
  ['apiVersion: v1\nkind: X\n', 1, /no metadata.name/],
])('reports %j with its line', (text, line, message) => {
  const found = readDocuments(text);
  expect(found).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  if (!found.ok) expect(Math.abs(found.line - line)).toBeLessThanOrEqual(1);
});

test('the error for a broken manifest does not quote its text', () => {
  const found = readDocuments(map('  password: "hunter2hunter2\n  b: c'));
  expect(JSON.stringify(found)).not.toContain('hunter2');
});
