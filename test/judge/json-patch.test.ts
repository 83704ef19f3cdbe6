import { expect, test } from 'vitest';
import {
  jsonPatchDefects,
  jsonPatched,
  jsonPatchHolds,
  type PatchOperation,
  readJsonPatch,
} from '../../src/judge/json-patch.ts';

const live = {
  metadata: { name: 'web', annotations: { 'example.com/owner': 'nobody', plain: 'x' } },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', args: ['server'] }] } } },
};

test.each<[string, unknown, RegExp, RegExp]>([
  ['a mapping instead of a list', { spec: {} }, /a list/, /merge/],
  ['an unknown operation', [{ op: 'set', path: '/a' }], /"set" is not an operation/, /add, remove/],
  [
    'a path without a leading slash',
    [{ op: 'remove', path: 'spec.replicas' }],
    /start with a slash/,
    /Write \/spec\/replicas$/,
  ],
  [
    'a tilde',
    [{ op: 'remove', path: '/metadata/labels/a~b' }],
    /must be escaped/,
    /\/metadata\/labels\/a~0b/,
  ],
  ['a missing value', [{ op: 'add', path: '/a' }], /needs a value/, /null/],
  ['a missing from', [{ op: 'move', path: '/a' }], /needs "from"/, /source path/],
])('%s is an invalid patch', (_name, patch, message, remedy) => {
  const [defect] = readJsonPatch(patch).defects;
  expect(defect?.message).toMatch(message);
  expect(defect?.remedy).toMatch(remedy);
});

test.each<[string, PatchOperation[], RegExp, RegExp]>([
  [
    'a key with a slash',
    [{ op: 'replace', path: '/metadata/annotations/example.com/owner', value: 'ann' }],
    /the object has no \/metadata\/annotations\/example\.com\./,
    /\/metadata\/annotations\/example\.com~1owner$/,
  ],
  [
    'a new key with a slash, in a map with arbitrary keys',
    [{ op: 'add', path: '/metadata/annotations/new.io/key', value: 'x' }],
    /the object has no/,
    /\/metadata\/annotations\/new\.io~1key$/,
  ],
  [
    'a missing parent',
    [{ op: 'add', path: '/spec/template/metadata/labels', value: { a: 'b' } }],
    /the object has no \/spec\/template\/metadata\./,
    /\{"op":"add","path":"\/spec\/template\/metadata","value":\{"labels":\{"a":"b"\}\}\}/,
  ],
  [
    'a misspelled field',
    [{ op: 'replace', path: '/spec/replica', value: 2 }],
    /the object has no \/spec\/replica\./,
    /replicas, template/,
  ],
  [
    'an index outside the list',
    [{ op: 'replace', path: '/spec/template/spec/containers/1', value: {} }],
    /containers\/1/,
    /Existing keys: 0/,
  ],
])('%s is reported before the patch is sent', (_name, operations, message, remedy) => {
  const [defect] = jsonPatchDefects(operations, live);
  expect(defect?.message).toMatch(message);
  expect(defect?.remedy).toMatch(remedy);
});

test('checks later operations after applying the earlier ones', () => {
  const operations: PatchOperation[] = [
    { op: 'add', path: '/metadata/labels', value: {} },
    { op: 'add', path: '/metadata/labels/a~1b', value: 'x' },
    { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--secure=false' },
    { op: 'replace', path: '/spec/template/spec/containers/0/args/1', value: '--secure=true' },
    { op: 'remove', path: '/metadata/annotations/plain' },
    { op: 'move', from: '/metadata/annotations', path: '/metadata/notes' },
  ];
  expect(jsonPatchDefects(operations, live)).toEqual([]);
  expect(live.spec.template.spec.containers[0]!.args).toEqual(['server']);
});

test('applies every operation', () => {
  const operations: PatchOperation[] = [
    { op: 'test', path: '/a/b', value: 1 },
    { op: 'copy', from: '/a/b', path: '/list/1' },
    { op: 'move', from: '/a/b', path: '/c' },
    { op: 'replace', path: '/list/0', value: null },
    { op: 'remove', path: '/list/2' },
    { op: 'add', path: '/list/-', value: { d: 2 } },
  ];
  expect(jsonPatched(operations, { a: { b: 1 }, list: ['x', 'y'] })).toEqual({
    a: {},
    c: 1,
    list: [null, 1, { d: 2 }],
  });
  expect(
    jsonPatched([...operations, { op: 'remove', path: '/a/b' }], { a: { b: 1 }, list: ['x', 'y'] }),
  ).toBe(undefined);
  expect(jsonPatched([{ op: 'set', path: '/a' }], {})).toBe(undefined);
  expect(jsonPatched({ a: 1 }, {})).toBe(undefined);
});

test.each<[PatchOperation, boolean | undefined]>([
  [{ op: 'add', path: '/spec/replicas', value: 1 }, true],
  [{ op: 'replace', path: '/spec/replicas', value: 2 }, false],
  [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: 'server' }, true],
  [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--secure=false' }, false],
  [{ op: 'remove', path: '/spec/paused' }, true],
  [{ op: 'remove', path: '/spec/replicas' }, false],
  [{ op: 'remove', path: '/spec/template/spec/containers/0' }, undefined],
  [{ op: 'test', path: '/spec/replicas', value: 1 }, undefined],
])('%j is already applied: %s', (operation, expected) => {
  expect(jsonPatchHolds([operation], live)).toBe(expected);
});

test('reports a failed test operation without the value', () => {
  const [defect] = jsonPatchDefects([{ op: 'test', path: '/data/tea', value: 'secret-guess' }], {
    data: { tea: '2' },
  });
  expect(defect?.message).toBe('test /data/tea: the object has a different value.');
  expect(jsonPatchDefects([{ op: 'test', path: '/data/tea', value: '2' }], { data: { tea: '2' } })).toEqual(
    [],
  );
});
