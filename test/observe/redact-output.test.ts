import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputRedactor, redactOutput } from '../../src/observe/redact/redact-output.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const key = [
  '-----BEGIN PRIVATE KEY-----',
  'MIIEvQIBADANBgkqhkiG9w0B',
  'AQEFAASC+/==',
  '-----END PRIVATE KEY-----',
];

describe('masks', () => {
  test.each([
    [`token is ${jwt}\n`, 'token is ***\n'],
    [`a\n${key.join('\n')}\nb\n`, 'a\n*** (PEM)\n\nb\n'],
    [`tls.key: ${key.join('\n')}\n`, 'tls.key: *** (PEM)\n\n'],
    [`${key.slice(0, 3).join('\n')}\n`, '*** (PEM)\n'],
    ['+ mysql --password=hunter2 -u app\n', '+ mysql --password=*** -u app\n'],
    ['+ server --api-key s3cr3t --port 80\n', '+ server --api-key *** --port 80\n'],
    ['K10f4Zx8QyRt2Lm9Bv7Wc3Nd6::server\n', '***::server\n'],
    ['aws AKIAIOSFODNN7EXAMPLE\n', 'aws ***\n'],
    ['postgres://app:hunter2@db:5432/app', 'postgres://app:***@db:5432/app'],
  ])('%j', (text, expected) => expect(redactOutput(text)).toBe(expected));
});

describe('leaves unchanged', () => {
  test.each([
    'commit 83baae61804e65cc73a7201a7252750c76066a30\n',
    'HEAD is now at 906f1d0 Small defects\n',
    'd41d8cd98f00b204e9800998ecf8427e  empty\n',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0f00a08b822cd15d6c15b0  app.tar.gz\n',
    'Digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0f00a08b822cd15d6c15b0\n',
    'integrity sha512-dK8Q2mZ1bXo3vR5tY7uW9xA0cE4gI6kM8oQ1sU3wY5A7C9eG2iK4mO6qS8uW0yA1cE3gI5kM7oQ9sU2wY4A6==\n',
    '256 SHA256:Nj0j2xR7pV4cQ9sT1uW3yZ5aB7dF9hK2mP4rT6vX8zA root@box (ED25519)\n',
    'request 123e4567-e89b-12d3-a456-426614174000 done\n',
    'job 01HZX3J5M8N9PQRSTVWXYZ0123 queued\n',
    'copying path /nix/store/0c5b6r3xk9v8w2d7y1f4h6j8l0n2p4q6-hello-2.12\n',
    'pod argo-server-5f7d8c9b6d-x2k9p created\n',
    'Setting up libglib2.0-0:amd64 (2.74.6-2+deb12u3) ...\n',
    'crlf2.sh: line 1: set: -\r: invalid option\n',
    'unchanged\u001b[31m red\u001b[0m\n',
    'password=[secret:API_KEY] is set\n',
    'the line -----BEGIN of a story----- is no key\n',
  ])('%j', (text) => expect(redactOutput(text)).toBe(text));
});

test('masks chunked output like whole output', () => {
  const whole = `one\n${key.join('\n')}\ntwo ${jwt}\n--token ${'x1Y2'.repeat(9)}\nlast`;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
      const redactor = outputRedactor();
      const pieces = at.slice(1).map((end, index) => redactor.push(whole.slice(at[index], end)));
      expect(pieces.join('') + redactor.end()).toBe(redactOutput(whole));
    }),
  );
});

test('keeps everything that diagnoses of recorded failures read', () => {
  const folder = new URL('../judge/diagnose/fixtures/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(new URL(name, folder), 'utf8').split('\n');
    // Commands that contain a password do not occur in output.
    const output = lines.filter((line) => !line.startsWith('step: ')).join('\n');
    expect(redactOutput(output), name).toBe(output);
  }
});
