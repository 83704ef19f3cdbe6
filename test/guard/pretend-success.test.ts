import { describe, expect, test } from 'vitest';
import { cannotFail } from '../../src/guard/cannot-fail.ts';
import { checkChanges } from '../../src/guard/check-changes.ts';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import type { Check } from '../../src/model/check.ts';
import { hypothesis, Story } from './story.ts';

const place = { file: 'AUTODOCK.md', line: 1, column: 1 };

function check(line: string): Check {
  const parsed = parseCheckLine(line, place);
  if (!parsed.check) throw new Error(`${line}: ${parsed.diagnostics[0]?.message}`);
  return parsed.check;
}

/** Only the text of a shell check matters. */
const shell = (text: string) =>
  ({ kind: 'shell', text, after: false, withinMs: 0, place }) as unknown as Check;

const changed = (before: string[], after: string[]) =>
  checkChanges(before.map(check), after.map(check)).map((each) => each.what);

describe('weaker checks', () => {
  test.each<[string, string[], string[]]>([
    ['a removed check', ['tcp 127.0.0.1:80 open', 'tcp 127.0.0.1:443 open'], ['tcp 127.0.0.1:80 open']],
    ['a wider status', ['http GET http://x/ status 200'], ['http GET http://x/ status 2xx']],
    ['a different status', ['http GET http://x/'], ['http GET http://x/ status 401']],
    ['a removed contains', ['http GET http://x/ contains "Argo"'], ['http GET http://x/']],
    [
      'a shorter contains',
      ['http GET http://x/ contains "Argo Workflows"'],
      ['http GET http://x/ contains "Argo"'],
    ],
    ['a removed matches', ['http GET http://x/ matches /Argo v\\d/'], ['http GET http://x/']],
    ['the certificate', ['http GET https://x/'], ['http GET https://x/ insecure']],
    ['GET became HEAD', ['http GET http://x/'], ['http HEAD http://x/']],
    ['a removed not', ['not port 443 owner traefik'], ['port 443 owner traefik']],
    ['an added not', ['port 443 owner caddy'], ['not port 443 owner caddy']],
    ['exists instead of contains', ['file /etc/a contains "b"'], ['file /etc/a exists']],
    ['contains instead of a hash', [`file /etc/a sha256 ${'a'.repeat(64)}`], ['file /etc/a contains "b"']],
    ['free instead of owned', ['port 443 owner caddy'], ['port 443 free']],
    ['exists instead of ready', ['k8s deployment/a ready'], ['k8s deployment/a exists']],
    [
      'a different replica count',
      ['k8s deployment/a jsonpath {.spec.replicas} = 3'],
      ['k8s deployment/a jsonpath {.spec.replicas} = 1'],
    ],
    ['a lower bound', ['fact egress_mbps >= 10'], ['fact egress_mbps >= 2']],
    ['enabled instead of active', ['service caddy active'], ['service caddy enabled']],
    ['a different port', ['tcp 127.0.0.1:443 open'], ['tcp 127.0.0.1:8443 open']],
    ['it excludes less', ['not file /etc/a exists'], ['not file /etc/a contains "b"']],
  ])('%s', (_what, before, after) => {
    expect(changed(before, after)).toHaveLength(1);
  });
});

describe('equal or stronger checks', () => {
  test.each<[string, string[], string[]]>([
    ['nothing changed', ['tcp 127.0.0.1:80 open'], ['tcp 127.0.0.1:80 open']],
    [
      'order',
      ['tcp 127.0.0.1:80 open', 'tcp 127.0.0.1:443 open'],
      ['tcp 127.0.0.1:443 open', 'tcp 127.0.0.1:80 open'],
    ],
    ['an additional check', ['tcp 127.0.0.1:80 open'], ['tcp 127.0.0.1:80 open', 'tcp 127.0.0.1:443 open']],
    [
      'a longer deadline, which sleep-spiral handles',
      ['tcp 127.0.0.1:80 open within 5s'],
      ['tcp 127.0.0.1:80 open within 60s'],
    ],
    ['a narrower status', ['http GET http://x/'], ['http GET http://x/ status 200']],
    ['an additional text', ['http GET http://x/'], ['http GET http://x/ contains "Argo"']],
    ['more text', ['http GET http://x/ contains "Argo"'], ['http GET http://x/ contains "Argo Workflows"']],
    ['contains instead of exists', ['file /etc/a exists'], ['file /etc/a contains "b"']],
    ['ready instead of exists', ['k8s deployment/a exists'], ['k8s deployment/a ready']],
    ['a higher bound', ['fact egress_mbps >= 2'], ['fact egress_mbps >= 10']],
    ['a lower upper bound', ['fact load < 10'], ['fact load < 5']],
    ['it excludes more', ['not file /etc/a contains "b"'], ['not file /etc/a exists']],
  ])('%s', (_what, before, after) => {
    expect(changed(before, after)).toEqual([]);
  });
});

test.each([
  [shell('true'), true],
  [shell(':'), true],
  [shell('echo ok'), true],
  [shell('exit 0'), true],
  [shell('curl -f http://x/ || true'), true],
  [shell('curl -f http://x/ || echo failed'), true],
  [shell('curl -f http://x/'), false],
  [shell('curl -f http://x/ || exit 1'), false],
  [shell('exit 1'), false],
  [shell('test -e /x && echo ok'), false],
  [shell('echo "'), false],
  [check('http GET http://x/ status 100-599'), true],
  [check('http GET http://x/ status 5xx'), false],
  [check('http GET http://x/ status 100-599 contains "a"'), false],
  [check('file /etc exists'), true],
  [check('not file /etc exists'), false],
  [check('file /etc/caddy exists'), false],
  [check('file /etc/a matches /.*/'), true],
  [check('command sh exists'), true],
  [check('command caddy exists'), false],
])('%o cannot fail: %s', (given, expected) => {
  expect(cannotFail(given) !== undefined).toBe(expected);
});

describe('the guard', () => {
  const asks = (before: Check[], after: Check[], part = {}) =>
    new Story()
      .fails('a', { step: 'leader' })
      .sees('ev-1')
      .asks('b', { checks: { before, after }, ...part });

  test('passes if the checks are missing or unknown', () => {
    expect(asks([], [check('tcp 127.0.0.1:80 open')])).toEqual({ verdict: 'pass' });
    expect(asks([], [])).toEqual({ verdict: 'pass' });
    expect(new Story().asks('a')).toEqual({ verdict: 'pass' });
  });

  test('asks about weaker checks, naming old and new', () => {
    const verdict = asks([check('http GET http://x/ contains "a"')], [check('http GET http://x/')]);
    expect(verdict).toMatchObject({
      verdict: 'ask',
      code: 'pretend-success',
      evidence: ['http GET http://x/ contains "a" → http GET http://x/'],
    });
  });

  test('passes weaker checks with a hypothesis', () => {
    const why = {
      hypothesis: hypothesis({ cause: 'config', mechanism: 'The check asked for the wrong owner.' }),
    };
    expect(asks([check('http GET http://x/ contains "a"')], [check('http GET http://x/')], why)).toEqual({
      verdict: 'pass',
    });
  });

  test('refuses the removal of all checks, with any hypothesis', () => {
    const verdict = asks([check('tcp 127.0.0.1:443 open')], [], { hypothesis: hypothesis() });
    expect(verdict).toMatchObject({ verdict: 'refuse', evidence: ['removed: tcp 127.0.0.1:443 open'] });
  });

  test('refuses a new check that cannot fail, but not an existing one', () => {
    expect(
      asks([check('tcp 127.0.0.1:443 open')], [check('tcp 127.0.0.1:443 open'), shell('true')]),
    ).toMatchObject({
      verdict: 'refuse',
    });
    expect(asks([shell('true')], [shell('true')])).toEqual({ verdict: 'pass' });
  });
});
