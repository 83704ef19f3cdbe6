import { describe, expect, it } from 'vitest';
import { secretsInText } from '../../src/secrets/secrets-in-text.ts';

const source = (text: string) => ({
  text,
  placeAt: (offset: number) => {
    const before = text.slice(0, offset).split('\n');
    return { file: 'AUTODOCK.md', line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  },
});

describe('a secret in a document', () => {
  const secrets = [
    { name: 'TOKEN', value: 'tr0ub4dor&3' },
    { name: 'PIN', value: 'admin' },
  ];

  it('is an error with its place, without its value, in clear and encoded', () => {
    const encoded = Buffer.from('user:tr0ub4dor&3').toString('base64');
    const found = secretsInText(
      source(`# Title\n\ncurl -u x:tr0ub4dor&3 host\n\nauth: ${encoded}\n`),
      secrets,
    );
    expect(found).toMatchObject([
      { code: 'secret-in-text', severity: 'error', place: { line: 3, column: 11 } },
      { code: 'secret-in-text', severity: 'error', place: { line: 5 } },
    ]);
    expect(found[0]?.remedy).toContain('${TOKEN}');
    expect(JSON.stringify(found)).not.toContain('tr0ub4dor');
  });

  it('is a warning if it is short enough to be a word', () => {
    expect(secretsInText(source('Log in as admin, not administrator.'), secrets)).toMatchObject([
      { code: 'secret-in-text', severity: 'warning', place: { line: 1, column: 11 } },
    ]);
  });

  it('is not found in its own name', () => {
    expect(secretsInText(source('echo "${TOKEN}" $PIN'), secrets)).toEqual([]);
    expect(secretsInText(source('anything'), [])).toEqual([]);
  });
});
