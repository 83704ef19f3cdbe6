import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { diagnose } from '../../../src/judge/diagnose/diagnose.ts';
import { namedPrograms } from '../../../src/judge/diagnose/named-programs.ts';
import { inspectProgram } from '../../../src/observe/programs/inspect-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { env: { PATH: `${folder}:/usr/bin:/bin` }, folder };

function program(name: string, content: string | Buffer, mode = 0o755): void {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), mode);
}

test.each([
  ['plain', '#!/bin/sh\necho\n', { shebang: '/bin/sh', interpreterFound: true, crlf: false }],
  ['missing', '#!/bin/bassh -e\n', { shebang: '/bin/bassh', interpreterFound: false, crlf: false }],
  ['by-env', '#!/usr/bin/env -S sh -e\n', { shebang: 'sh', interpreterFound: true }],
  ['crlf', '#!/bin/sh\r\necho\r\n', { shebang: '/bin/sh\r', interpreterFound: false, crlf: true }],
  ['none', 'echo\n', {}],
])('%s', (name, content, expected) => {
  program(name, content);
  const fact = inspectProgram(name, options);
  expect(fact).toMatchObject({ name, path: join(folder, name), executable: true, ...expected });
  if (!('shebang' in expected)) expect(fact.shebang).toBeUndefined();
});

test('not executable, and missing', () => {
  program('data', 'x', 0o644);
  if (process.getuid?.() !== 0) expect(inspectProgram('data', options).executable).toBe(false);
  expect(inspectProgram('no-such-program', options).path).toBeUndefined();
});

test('the machine of an ELF file', () => {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(183, 18);
  program('arm', header);
  expect(inspectProgram('./arm', options).machine).toBe('arm64');
});

test('the loader of an ELF file', () => {
  const file = Buffer.alloc(256);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(3, 64);
  file.writeBigUInt64LE(128n, 72);
  file.writeBigUInt64LE(26n, 96);
  file.write('/lib/ld-musl-x86_64.so.1\0\0', 128, 'latin1');
  program('musl', file);
  expect(inspectProgram('./musl', options)).toMatchObject({
    shebang: '/lib/ld-musl-x86_64.so.1',
    interpreterFound: false,
  });
});

test('a second diagnosis, after the file was inspected, names the CR', () => {
  program('deploy.sh', '#!/bin/bash\r\necho\r\n');
  const input = {
    attempt: 'a1',
    at: '',
    output: 'step.sh: line 1: ./deploy.sh: cannot execute: required file not found\n',
    checks: [],
    end: { kind: 'exit', code: 127 },
  } as const;
  const programs = namedPrograms(diagnose(input)).map((name) => inspectProgram(name, options));
  expect(diagnose({ ...input, programs })[0]?.title).toContain('CR LF');
});
