import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import type { PageInput, StepState } from '../../src/model/page.ts';
import { renderPage } from '../../src/page/render-page.ts';
import { buildPlan } from '../../src/plan/build.ts';

function inputOf(text: string, states: Record<string, Partial<StepState>> = {}): PageInput {
  const runbook = parseRunbook(sourceOf(text, 'AUTODOCK.md'));
  const { steps } = buildPlan(runbook);
  const unknown: StepState = { status: 'new', checks: [], output: '' };
  return {
    ...{ text, runbook, steps },
    states: new Map(steps.map(({ step }) => [step.id, { ...unknown, ...states[step.id] }])),
    problems: new Map(),
    vendored: new Map([['vendor/a.yaml', ['Deployment web/api']]]),
    box: 'here',
    at: '2026-11-28T10:00:00.000Z',
    version: '0.0.0',
  };
}

const document = (steps: string) => `---\nrunbook: 1\nname: test\n---\n\n# Test\n\n## Steps\n\n${steps}`;

test('captions say what each fence does', () => {
  const html = renderPage(
    inputOf(
      document(
        '### One\n\n```ini {"file":"/etc/a.conf","mode":"0640"}\na=1\n```\n\n```yaml {"apply":"true","from":"vendor/a.yaml"}\n```\n\n```bash {"user":"web"}\ntrue\n```\n',
      ),
    ),
  );
  expect(html).toContain('Writes /etc/a.conf, mode 0640');
  expect(html).toContain('Runs with bash, as web');
});

test('a step shows its state, its checks and its output', () => {
  const check = {
    check: 'port 80 owner caddy',
    verdict: 'fail',
    expected: 'owner caddy',
    observed: 'owner nginx',
  } as never;
  const html = renderPage(
    inputOf(document('### One\n\n```bash\ntrue\n```\n'), {
      one: { status: 'confirmed', at: '2026-11-27T09:00:00Z', ms: 1500, checks: [check], output: 'a\nb\n' },
    }),
  );
  expect(html).toContain('<h3 id="one">One</h3>');
  expect(html).toContain('since 2026-11-27 09:00 UTC, took 1.5 s');
  expect(html).toContain('owner nginx');
  expect(html).toContain('Output, 2 lines');
});

describe('what a stranger wrote is inert', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[a](javascript:alert(1))',
    '[a](data:text/html,<script>alert(1)</script>)',
    '![a](https://tracker.example/pixel.png)',
    '<iframe src="https://example.org"></iframe>',
    '<style>body{display:none}</style>',
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    '<form action="https://example.org"><input name="a"></form>',
    '<svg onload=alert(1)></svg>',
    '<base href="https://example.org">',
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '`<script>`',
    '```html\n</code></pre><script>alert(1)</script>\n```',
    '[x]: javascript:alert(1)\n\n[x]',
    '<https://example.org/"onmouseover="alert(1)>',
  ];

  test.each(hostile)('%s', (text) => {
    const html = renderPage(
      inputOf(document(`### One\n\n${text}\n\n\`\`\`bash\ntrue\n\`\`\`\n`), { one: { output: text } }),
    );
    const body = html.slice(html.indexOf('<body>'));
    expect(body).not.toMatch(/<(script|img|iframe|form|input|base|meta|object|embed|style)\b/i);
    expect(body).not.toMatch(/<[a-z][^>]*\s(on[a-z]+|src|style|action)=/i);
    expect(body).not.toMatch(/<[a-z][^>]*\shref="(?!#|https?:|mailto:)/i);
  });

  test("its content security policy allows nothing but the page's own style", () => {
    const html = renderPage(inputOf(document('### One\n\n```bash\ntrue\n```\n')));
    const plain = html.replaceAll('&#x27;', "'");
    expect(plain).toMatch(
      /content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'; form-action 'none'"/,
    );
    expect(html).not.toContain('<script');
  });
});
