import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { lintRunbook } from '../../src/plan/lint.ts';
import { runbook } from '../support/scenario.ts';

const WHY = 'Why: it must be.\n\n';
const CHECKED = '\nVerify:\n\n~~~check\nfile x exists\n~~~\n';
const codes = (text: string) =>
  lintRunbook(parseRunbook(sourceOf(text, 'AUTODOCK.md'))).map((each) => each.code);
const fence = (line: string, info = 'bash') =>
  codes(runbook({ a: `${WHY}~~~${info}\n${line}\n~~~\n${CHECKED}` }));
const INPUTS =
  '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n';

test('names a step that cannot be skipped although it is done, because a later step uses its exports', () => {
  const use = `${WHY}~~~bash\nnode "$SITE/server.mjs"\n~~~\n${CHECKED}`;
  const exports = (attributes: string) => `${WHY}~~~bash${attributes}\nexport SITE="$PWD"\n~~~\n${CHECKED}`;
  expect(codes(runbook({ a: exports(''), b: use }))).toEqual(['state-for-later']);
  expect(codes(runbook({ a: exports(' {"always":"true"}'), b: use }))).toEqual([]);
});

describe('warns about likely trouble', () => {
  test.each([
    ['sleep', 'sleep 5'],
    ['sleep', 'until curl -s localhost; do sleep 1; done'],
    ['asks-a-person', 'apt-get install nginx'],
    ['asks-a-person', 'sudo apt install --no-install-recommends nginx'],
    ['pipe-to-shell', 'curl -sfL https://get.example.org | sh -'],
    ['pipe-to-shell', 'wget -qO- https://x.example/v1.2/i.sh | sudo bash'],
    ['errors-ignored', 'set +e'],
    ['errors-ignored', 'make install || true'],
    ['early-reader', 'git log --oneline | grep -q release'],
    ['early-reader', 'journalctl -u shop | head -1'],
    ['placeholder', 'curl https://<your-domain>/x'],
    ['placeholder', 'login --token <API-TOKEN>'],
    ['placeholder', 'mail -s x YOUR_EMAIL'],
    ['moving-tag', 'docker run -d --name x nginx:latest'],
    ['moving-tag', 'image: ghcr.io/org/app:main'],
    ['unpinned-url', 'curl -O https://raw.example.com/org/repo/main/install.yaml'],
    ['unpinned-url', 'curl -LO https://github.com/org/repo/releases/latest/download/x.tgz'],
    ['secret-in-clear', 'export PASSWORD=hunter2hunter2'],
    ['secret-in-clear', 'git clone https://bob:s3cretpass@example.org/x.git'],
  ])('%s: %s', (code, line) => expect(fence(line)).toEqual([code]));

  test.each([
    'echo "sleep well"',
    '# sleep 5',
    'apt-get install -y nginx',
    'DEBIAN_FRONTEND=noninteractive apt-get -qy install nginx',
    'apt-get update',
    'curl -sfL https://example.org/v1.2.3/install.sh -o install.sh',
    'docker run -d nginx:1.27.3',
    'echo "<web-app><font-face/>" > web.xml',
    'echo "<my-app></my-app>" > index.html',
    'make || grep -q error build.log',
    'image: registry.example.org:5000/app@sha256:abcdef',
    'curl -O https://example.org/maintenance/page.html',
    'export PASSWORD="$REGISTRY_PASS"',
    'password: ${DB_PASSWORD}',
    'kubectl get secret token -o yaml',
  ])('accepts %s', (line) => expect(fence(line)).toEqual([]));

  test('reports line and column in the document', () => {
    const [found] = lintRunbook(
      parseRunbook(sourceOf(runbook({ a: `${WHY}~~~bash\necho a\n  sleep 5\n~~~\n${CHECKED}` }), 'A.md')),
    );
    expect(found?.place).toMatchObject({ file: 'A.md', line: 15 });
  });

  test('no Verify, no Why, nothing to run', () => {
    expect(codes(runbook({ a: '~~~bash\nmake\n~~~\n' }))).toEqual(['no-verify', 'no-why']);
    expect(codes(runbook({ a: `${WHY}Some prose.\n`, b: `${WHY}~~~bash\nmake\n~~~\n${CHECKED}` }))).toEqual([
      'no-action',
    ]);
  });

  test('unused inputs, secrets with a default, facts that are never measured', () => {
    const tables = `${INPUTS}| UNUSED | variable | no | | x |\n| KEY | secret | no | abcdefgh | x |\n\n## Facts\n\n| Fact | Value | Unit | Measured with | On | Why it matters |\n| --- | --- | --- | --- | --- | --- |\n| speed | 2 | MB/s | | | x |\n`;
    expect(codes(runbook({ a: `${WHY}~~~bash\necho "$KEY"\n~~~\n${CHECKED}` }, tables)).sort()).toEqual([
      'secret-default',
      'unmeasured-fact',
      'unused-input',
    ]);
  });

  test('a problem that is only displayed', () => {
    const problem =
      '## Problems\n\n### P\n\nWhy: x\n\nSymptom: `some long message`\n\nFix:\n\n~~~bash\nrm x\n~~~\n';
    expect(codes(runbook({ a: `${WHY}~~~bash\nmake\n~~~\n${CHECKED}` }, problem))).toEqual([
      'problem-only-shown',
    ]);
  });
});

test('docs/lint.md lists every rule, and no other', () => {
  const source = readFileSync('src/plan/lint.ts', 'utf8');
  const rules = [...source.matchAll(/(?:Rule|warning)\(\s*'([a-z-]+)'/g)].map((match) => match[1]);
  rules.push('stale-certificate', 'secret-tracked');
  const documented = [...readFileSync('docs/lint.md', 'utf8').matchAll(/^\| `([a-z-]+)` \|/gm)].map(
    (match) => match[1],
  );
  expect(documented.sort()).toEqual([...new Set(rules)].sort());
});
