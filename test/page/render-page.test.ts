import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import type { PageInput, StepState } from '../../src/model/page.ts';
import { renderPage } from '../../src/page/render-page.ts';
import { buildPlan } from '../../src/plan/build.ts';

function inputOf(text: string, states: Record<string, Partial<StepState>> = {}): PageInput {
  const source = sourceOf(text, 'AUTODOCK.md');
  const runbook = parseRunbook(source);
  const { steps } = buildPlan(runbook);
  const unknown: StepState = { status: 'new', checks: [], output: '' };
  return {
    ...{ text, runbook, steps },
    placeOfLine: (line) => source.placeAt(source.lineStarts[line - 1]!),
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

test('facts have an age, problems a count, and a step that failed later has drifted', () => {
  const text = `${document('### One\n\n```bash\ntrue\n```\n')}\n## Problems\n\n### Slow disk\n\nSymptom: \`slow\`\n\nFix:\n\n\`\`\`bash\ntrue\n\`\`\`\n\n## Facts\n\n| Fact | Value | Unit | On |\n| --- | --- | --- | --- |\n| cores | 4 | | 2026-11-18 |\n`;
  const input = inputOf(text, { one: { status: 'confirmed', drifted: '2026-11-27T09:00:00Z' } });
  const html = renderPage({
    ...input,
    problems: new Map([['slow-disk', { times: 3, last: '2026-08-01T00:00:00Z', old: true }]]),
  });
  expect(html).toContain('10 days ago');
  expect(html).toContain('fired 3 times, last on 2026-08-01');
  expect(html).toContain('it has not fired for 90 days');
  expect(html).toContain('drifted: its checks failed 2026-11-27 09:00 UTC');
  expect(html).toContain('<dt>Drift</dt><dd><a href="#one">one</a></dd>');
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
  expect(html).toContain('since 2026-11-27 09:00 UTC, took 1.5s');
  expect(html).toContain('owner nginx');
  expect(html).toContain('Output, 2 lines');
});

test('the last pass marks fixes and waits', () => {
  const step = { id: 'one', title: 'One', outcome: 'acted', message: '', outputLines: 0, missed: [] };
  const pass = {
    id: 'a',
    verb: 'replay',
    at: '2026-11-28T10:00:00Z',
    name: 'test',
    box: 'here',
    outcome: 'done',
  };
  const html = renderPage({
    ...inputOf(document('### One\n\n```bash\ntrue\n```\n')),
    lastPass: {
      ...{ ...pass, bytes: 1, by: { kind: 'person', name: 'me' }, document: 'a', version: '0' },
      steps: [{ ...step, ms: 119_800, waitedMs: 90_000, fixes: ['port-taken'] }],
    } as never,
  });
  expect(html).toContain('acted, 1m 59s');
  expect(html).toContain('fixed: port-taken');
  expect(html).toContain('waited 1m 30s for its checks');
});

test('a page of 1,000 steps with checks and output is smaller than 3 MB', () => {
  const ids = Array.from({ length: 1000 }, (_, at) => `step-${at}`);
  const step = (id: string) =>
    `### ${id}\n\nWhy: it shows what one step costs.\n\n\`\`\`bash\necho ${id} > out/${id}\n\`\`\`\n\nVerify:\n\n\`\`\`check\nfile out/${id} exists\n\`\`\`\n`;
  const place = { file: 'AUTODOCK.md', line: 1, column: 1 };
  const check = { check: 'file out/step exists', verdict: 'pass', kind: 'probe', place, waitedMs: 0 };
  const states = ids.map((id) => [
    id,
    {
      ...{ status: 'confirmed', at: '2026-11-27T09:00:00Z', ms: 2, lastHeld: '2026-11-27T09:00:00Z' },
      ...{ checks: [{ ...check, expected: 'exists', observed: 'a file' }], output: `${'x'.repeat(999)}\n` },
    } as unknown as StepState,
  ]);
  const html = renderPage(inputOf(document(ids.map(step).join('\n')), Object.fromEntries(states)));
  expect(html).toContain('1000 of 1000 confirmed here');
  expect(Buffer.byteLength(html)).toBeLessThan(3_000_000);
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

  test('controls, bidi controls and invisible letters are shown as escapes, in documents and in output', () => {
    const bidi = 'access = "user\u202e \u2066// admin\u2069 \u2066"; a\u200bb';
    const ansi = '\u001b[2J\u001b]0;title\u0007\u001b[31mred\u001b[0m\rover\u0008\n';
    const html = renderPage(
      inputOf(document(`### One\n\n${bidi}\n\n\`\`\`bash\n${bidi}\n\`\`\`\n`), {
        one: { output: ansi },
      }),
    );
    expect(html).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f]/,
    );
    expect(html).toContain('\\u{202e}');
  });

  test('joiners in prose stay, because emojis and some scripts need them', () => {
    const html = renderPage(inputOf(document('### One\n\n\u{1f469}\u200d\u{1f4bb}\n\n```bash\ntrue\n```\n')));
    expect(html).toContain('\u{1f469}\u200d\u{1f4bb}');
  });

  test('a line of 10 MB in the document and in the output does not stop it, and is inert', () => {
    const line = '<script>alert(1)</script>'.repeat(400_000);
    const html = renderPage(
      inputOf(document(`### One\n\n\`\`\`text\n${line}\n\`\`\`\n\n\`\`\`bash\ntrue\n\`\`\`\n`), {
        one: { output: line.slice(-20_000) },
      }),
    );
    expect(html).not.toContain('<script');
    expect(html.length).toBeGreaterThan(line.length);
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
