import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { recordCertificate } from '../../src/markdown/record/certificate.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { certificateHashOf } from '../../src/operations/document/certificate.ts';
import { scenario } from '../support/scenario.ts';

const text = readFileSync('examples/two-terminators/AUTODOCK.md', 'utf8');
const FOLDER = 'examples/two-terminators';

const opened = (content: string) => {
  const source = sourceOf(content, 'AUTODOCK.md');
  return { source, runbook: parseRunbook(source), folder: FOLDER };
};
const hashOf = (content: string) => certificateHashOf(opened(content));

async function certified(content: string): Promise<string> {
  const { source, runbook } = opened(content);
  const sha256 = await hashOf(content);
  const proof = { image: 'debian:bookworm', digest: 'sha256:abc', date: '2026-11-25', duration: '42s' };
  return recordCertificate(source, runbook, { sha256, ...proof, actions: 6 });
}

describe('what a certificate covers', () => {
  const replaced = (from: string | RegExp, to: string) => {
    expect(text).toMatch(from);
    return text.replace(from, to);
  };

  test.each([
    ['one byte of a step', 'apt-get update', 'apt-get  update'],
    ['one byte of a Fix', 'nginx -s stop', 'nginx -s quit'],
    ['one byte of a Why', 'a fresh box has none', 'A fresh box has none'],
    ['a check', 'port 443 owner caddy within 10s', 'port 443 owner caddy within 11s'],
    ['the image', 'debian:bookworm', 'debian:trixie'],
    ['a default', '| two-terminators | what', '| other | what'],
    ['how a fact is measured', 'echo "$VERSION_ID"', 'echo "$ID"'],
  ])('%s', async (_, from, to) => {
    expect(await hashOf(replaced(from, to))).not.toBe(await hashOf(text));
  });

  test.each([
    ['what a fact was', '| 12 | |', '| 13 | |'],
    ['a decision', 'nginx with certbot', 'nginx alone'],
    ['the introduction', 'The small twin of a real story', 'A real story'],
    ['the kind of line ends', /\n/g, '\r\n'],
    [
      'a note of the engine',
      '### Install Caddy\n',
      '### Install Caddy\n\n<!-- runbook: 2026-11-21, a3 -->\n',
    ],
    ['blank lines between blocks', 'Verify:\n\n', 'Verify:\n\n\n'],
  ])('but not %s', async (_, from, to) => {
    expect(await hashOf(replaced(from, to))).toBe(await hashOf(text));
  });
});

describe('a certificate in the document', () => {
  test('is the last line, can be read back, and changes no other byte', async () => {
    const bare = text.replace(/\n<!-- runbook:certificate .*-->\n/, '');
    const written = await certified(bare);
    expect(written.startsWith(bare)).toBe(true);
    expect(written.slice(bare.length)).toMatch(
      /^\n*<!-- runbook:certificate sha256=\w{64} image=debian:bookworm .* -->\n$/,
    );
    const { runbook } = opened(written);
    expect(runbook.certificate?.fields).toMatchObject({
      sha256: await hashOf(bare),
      actions: '6',
      duration: '42s',
    });
    expect(runbook.diagnostics).toEqual([]);
  });

  test('replaces the previous one; recording twice equals once', async () => {
    const once = await certified(text);
    expect(await certified(once)).toBe(once);
    expect(await certified(`${once}\nA line after it.\n`)).toBe(`${once}\nA line after it.\n`);
  });

  test('works with CRLF and without a final newline', async () => {
    const crlf = await certified(text.replaceAll('\n', '\r\n'));
    expect(crlf.replaceAll('\r\n', '')).not.toContain('\n');
    expect(await certified(text.trimEnd())).toMatch(/[^\n](\n\n)?<!-- runbook:certificate [^\n]*-->\n?$/);
  });

  test('the certificate of the example is valid', async () => {
    const { runbook } = opened(text);
    expect(runbook.certificate?.fields.sha256, 'runbook prove examples/two-terminators/AUTODOCK.md').toBe(
      await hashOf(text),
    );
  });

  test('lint reports the certificate once one byte of a step has changed', async () => {
    const { run, write } = await scenario(await certified(text));
    const stale = async () =>
      (await run('lint', { strict: true })).report.diagnostics.filter(
        ({ code }: { code: string }) => code === 'stale-certificate',
      );
    expect(await stale()).toEqual([]);
    await write('AUTODOCK.md', (await certified(text)).replace('nginx -s stop', 'nginx -s quit'));
    expect(await stale()).toMatchObject([
      { severity: 'warning', remedy: 'Prove it again: runbook prove AUTODOCK.md' },
    ]);
    expect((await run('lint', { strict: true })).exit).toBe(65);
  });
});
