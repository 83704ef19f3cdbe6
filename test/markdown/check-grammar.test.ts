import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckLine, resolveCheck } from '../../src/markdown/checks/check-grammar.ts';
import type { Probe, ProbeCheck } from '../../src/model/check.ts';

const place = { file: 'AUTODOCK.md', line: 7, column: 1 };

function parsed(line: string): ProbeCheck {
  const { check, diagnostics } = parseCheckLine(line, place);
  expect(diagnostics).toEqual([]);
  return check!;
}

const http = { kind: 'http', headers: [], insecure: false } as const;
const k8s = { kind: 'k8s', namespace: 'default' } as const;
const sum = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const good: [line: string, probe: Probe][] = [
  ['http GET http://127.0.0.1:2746/', { ...http, method: 'GET', url: 'http://127.0.0.1:2746/' }],
  ['http HEAD https://[::1]:8443/x', { ...http, method: 'HEAD', url: 'https://[::1]:8443/x' }],
  [
    'http GET "http://a/?q=b c" status 2xx insecure',
    { ...http, method: 'GET', url: 'http://a/?q=b c', status: { from: 200, to: 299 }, insecure: true },
  ],
  [
    'http GET http://a status 401',
    { ...http, method: 'GET', url: 'http://a', status: { from: 401, to: 401 } },
  ],
  [
    'http GET http://a header "Accept: text/html" status 200-399 header X-A:1 contains ok',
    {
      ...http,
      method: 'GET',
      url: 'http://a',
      status: { from: 200, to: 399 },
      headers: ['Accept: text/html', 'X-A:1'],
      text: { kind: 'contains', value: 'ok' },
    },
  ],
  [
    'http GET http://a matches /a b\\/c "d"/i',
    {
      ...http,
      method: 'GET',
      url: 'http://a',
      text: { kind: 'matches', pattern: 'a b\\/c "d"', ignoreCase: true },
    },
  ],
  ['tcp 127.0.0.1:443 open', { kind: 'tcp', host: '127.0.0.1', port: 443 }],
  ['tcp [fe80::1%eth0]:22 open', { kind: 'tcp', host: 'fe80::1%eth0', port: 22 }],
  ['tcp db.internal:5432 open', { kind: 'tcp', host: 'db.internal', port: 5432 }],
  [
    'port 443 owner traefik',
    { kind: 'port', port: 443, protocol: 'tcp', expect: { kind: 'owner', owner: 'traefik' } },
  ],
  ['port 53/udp free', { kind: 'port', port: 53, protocol: 'udp', expect: { kind: 'free' } }],
  ['port 65535/tcp free', { kind: 'port', port: 65535, protocol: 'tcp', expect: { kind: 'free' } }],
  ['file /a exists', { kind: 'file', path: '/a', expect: { kind: 'exists' } }],
  ['file "a b" absent', { kind: 'file', path: 'a b', expect: { kind: 'absent' } }],
  [
    'file /a contains "say \\"hi\\" \\u0041"',
    { kind: 'file', path: '/a', expect: { kind: 'text', text: { kind: 'contains', value: 'say "hi" A' } } },
  ],
  [
    'file /a matches /^x+$/',
    {
      kind: 'file',
      path: '/a',
      expect: { kind: 'text', text: { kind: 'matches', pattern: '^x+$', ignoreCase: false } },
    },
  ],
  ['file /a mode 0644', { kind: 'file', path: '/a', expect: { kind: 'mode', mode: 0o644 } }],
  ['file /a mode 4755', { kind: 'file', path: '/a', expect: { kind: 'mode', mode: 0o4755 } }],
  [`file /a sha256 ${sum.toUpperCase()}`, { kind: 'file', path: '/a', expect: { kind: 'sha256', hex: sum } }],
  ['process rclone running', { kind: 'process', name: 'rclone' }],
  ['process "not" running', { kind: 'process', name: 'not' }],
  ['service caddy active', { kind: 'service', name: 'caddy', state: 'active' }],
  ['service caddy enabled', { kind: 'service', name: 'caddy', state: 'enabled' }],
  ['command kubectl exists', { kind: 'command', name: 'kubectl' }],
  ['k8s node ready', { ...k8s, resource: 'node', expect: { kind: 'ready' } }],
  [
    'k8s deployment/argo-server -n argo ready',
    { ...k8s, resource: 'deployment', name: 'argo-server', namespace: 'argo', expect: { kind: 'ready' } },
  ],
  ['k8s pod -l app=web exists', { ...k8s, resource: 'pod', selector: 'app=web', expect: { kind: 'exists' } }],
  [
    'k8s deployments.v1.apps/x absent',
    { ...k8s, resource: 'deployments.v1.apps', name: 'x', expect: { kind: 'absent' } },
  ],
  [
    'k8s deployment/x condition Available',
    {
      ...k8s,
      resource: 'deployment',
      name: 'x',
      expect: { kind: 'condition', type: 'Available', value: 'True' },
    },
  ],
  [
    'k8s job/x condition Failed = False',
    { ...k8s, resource: 'job', name: 'x', expect: { kind: 'condition', type: 'Failed', value: 'False' } },
  ],
  [
    'k8s deployment/argo-server -n argo jsonpath {.spec.replicas} = 1',
    {
      ...k8s,
      resource: 'deployment',
      name: 'argo-server',
      namespace: 'argo',
      expect: { kind: 'jsonpath', path: '{.spec.replicas}', comparator: '=', value: '1' },
    },
  ],
  [
    `k8s pod jsonpath {.items[?(@.name == "a } b")].x} != ""`,
    {
      ...k8s,
      resource: 'pod',
      expect: { kind: 'jsonpath', path: '{.items[?(@.name == "a } b")].x}', comparator: '!=', value: '' },
    },
  ],
  ['fact egress_mbps >= 2', { kind: 'fact', name: 'egress_mbps', comparator: '>=', value: '2' }],
  ['fact os = "Debian 12"', { kind: 'fact', name: 'os', comparator: '=', value: 'Debian 12' }],
  ['fact delta > -1.5', { kind: 'fact', name: 'delta', comparator: '>', value: '-1.5' }],
];

test.each(good)('%s', (line, probe) => {
  expect(parsed(line).probe).toEqual(probe);
});

const bad: [line: string, column: number, code: string, remedy: RegExp][] = [
  ['htp GET http://a', 1, 'check-unknown-word', /`http`/],
  ['HTTP GET http://a', 1, 'check-unknown-word', /`http`/],
  ['nto file /a exists', 1, 'check-unknown-word', /`not`/],
  ['not not file /a exists', 5, 'check-unknown-word', /Known here/],
  ['"file" /a exists', 1, 'check-unknown-word', /./],
  ['http PSOT http://a', 6, 'check-unknown-word', /./],
  ['http GET ftp://a', 10, 'check-bad-value', /http:/],
  ['http GET http://', 10, 'check-bad-value', /http:/],
  ['http GET http://a statsu 200', 19, 'check-unknown-word', /`status`/],
  ['http GET http://a status 600', 26, 'check-bad-value', /200-299/],
  ['http GET http://a status 300-200', 26, 'check-bad-value', /200-299/],
  ['http GET http://a status 6xx', 26, 'check-bad-value', /200-299/],
  ['http GET http://a status 200 status 200', 30, 'check-repeated-option', /Remove/],
  ['http GET http://a contains a matches /b/', 30, 'check-repeated-option', /Remove/],
  ['http GET http://a insecure insecure', 28, 'check-repeated-option', /Remove/],
  ['http GET http://a header Accept', 26, 'check-bad-value', /header/],
  ['http GET http://a header "A: b\\r\\nC: d"', 26, 'check-bad-value', /header/],
  ['http GET http://a status', 25, 'check-incomplete', /Add an HTTP status/],
  ['http GET', 9, 'check-incomplete', /Add a URL/],
  ['http', 5, 'check-incomplete', /`GET`/],
  ['tcp localhost open', 5, 'check-bad-value', /127\.0\.0\.1:443/],
  ['tcp ::1:80 open', 5, 'check-bad-value', /./],
  ['tcp a:0 open', 5, 'check-bad-value', /./],
  ['tcp a:65536 open', 5, 'check-bad-value', /./],
  ['tcp "a:1" open', 5, 'check-bad-value', /./],
  ['tcp a:1', 8, 'check-incomplete', /`open`/],
  ['tcp a:1 opne', 9, 'check-unknown-word', /`open`/],
  ['port 443', 9, 'check-incomplete', /`owner` or `free`/],
  ['port 443/sctp free', 6, 'check-bad-value', /53\/udp/],
  ['port 443 owned x', 10, 'check-unknown-word', /`owner`/],
  ['port 443 owner', 15, 'check-incomplete', /owner/],
  ['file exists', 12, 'check-incomplete', /./],
  ['file "" exists', 6, 'check-bad-value', /./],
  ['file /a contains ""', 18, 'check-bad-value', /./],
  ['file /a exist', 9, 'check-unknown-word', /`exists`/],
  ['file /a exists witin 3s', 16, 'check-unknown-word', /`within`/],
  ['file /a exists please', 16, 'check-unknown-word', /./],
  ['file /a mode 0999', 14, 'check-bad-value', /0644/],
  ['file /a mode 44', 14, 'check-bad-value', /0644/],
  ['file /a sha256 abc', 16, 'check-bad-value', /./],
  ["file /a contains 'b'", 18, 'check-quote', /double quotes/],
  ['file /a contains it`s', 20, 'check-quote', /double quotes/],
  ['file /a contains a"b"', 19, 'check-quote', /double quotes/],
  ['file /a contains "b', 18, 'check-unclosed', /closing/],
  ['file /a contains "b"c', 21, 'check-glued', /blank/],
  ['file /a contains "\\x"', 18, 'check-string', /JSON/],
  ['file /a contains "\t"', 18, 'check-string', /JSON/],
  ['file /a matches b', 17, 'check-bad-value', /slashes/],
  ['file /a matches "b"', 17, 'check-bad-value', /slashes/],
  ['file /a matches /b', 17, 'check-unclosed', /closing/],
  ['file /a matches //', 17, 'check-regex', /RE2/],
  ['file /a matches /b/g', 20, 'check-glued', /blank/],
  ['file /a matches /(?=b)/', 17, 'check-regex', /RE2/],
  ['file /a matches /(?<!b)c/', 17, 'check-regex', /RE2/],
  ['file /a matches /(b)\\1/', 17, 'check-regex', /RE2/],
  ['file /a matches /(b/', 17, 'check-regex', /RE2/],
  ['file within exists', 6, 'check-reserved', /double quotes/],
  ['process not running', 9, 'check-reserved', /double quotes/],
  ['service a actve', 11, 'check-unknown-word', /`active`/],
  ['command a', 10, 'check-incomplete', /`exists`/],
  ['k8s', 4, 'check-incomplete', /a kind/],
  ['k8s -n argo pod ready', 5, 'check-bad-value', /./],
  ['k8s pod/ ready', 5, 'check-bad-value', /./],
  ['k8s pod/x -l a=b ready', 11, 'check-bad-value', /several of a kind/],
  ['k8s pod -n a -n b ready', 14, 'check-repeated-option', /Remove/],
  ['k8s pod redy', 9, 'check-unknown-word', /`ready`/],
  ['k8s pod -l a=b', 15, 'check-incomplete', /./],
  ['k8s pod condition Ready=True', 19, 'check-bad-value', /spaces/],
  ['k8s pod jsonpath .spec = 1', 18, 'check-bad-value', /braces/],
  ['k8s pod jsonpath {.spec = 1', 18, 'check-unclosed', /closing/],
  ['k8s pod jsonpath {.a}{.b} = 1', 22, 'check-glued', /blank/],
  ['k8s pod jsonpath {.a} == 1', 23, 'check-unknown-word', /`=`/],
  ['fact a>=2', 6, 'check-bad-value', /egress_mbps/],
  ['fact a < b', 10, 'check-bad-value', /number/],
  ['fact a < ""', 10, 'check-bad-value', /number/],
  ['fact a <', 9, 'check-incomplete', /value/],
  ['file /a exists within', 22, 'check-incomplete', /duration/],
  ['file /a exists within 0s', 23, 'check-bad-value', /1m30s/],
  ['file /a exists within 25h', 23, 'check-bad-value', /1m30s/],
  ['file /a exists within 30', 23, 'check-bad-value', /1m30s/],
  ['file /a exists within 1s within 2s', 26, 'check-extra', /end of the line/],
  ['http GET http://a within 3s status 200', 29, 'check-extra', /end of the line/],
];

test.each(bad)('%s is refused at column %i', (line, column, code, remedy) => {
  const { check, diagnostics } = parseCheckLine(line, place);
  expect(check).toBeUndefined();
  expect(diagnostics).toEqual([
    {
      code,
      severity: 'error',
      message: expect.any(String),
      remedy: expect.stringMatching(remedy),
      place: { ...place, column },
    },
  ]);
});

describe('around the probe', () => {
  test.each(['', '   ', '# a comment', '  # file /a exists', '#file'])('%j is not a check', (line) => {
    expect(parseCheckLine(line, place)).toEqual({ diagnostics: [] });
  });

  test('reads not, within and the default of the fence', () => {
    expect(parsed('not port 443 owner traefik')).toMatchObject({ not: true, withinMs: 0 });
    expect(parsed('file /a exists within 1m30s')).toMatchObject({ not: false, withinMs: 90_000 });
    expect(parseCheckLine('file /a exists', place, { defaultWithinMs: 5 }).check?.withinMs).toBe(5);
    expect(parseCheckLine('file /a exists within 2s', place, { defaultWithinMs: 5 }).check?.withinMs).toBe(
      2000,
    );
  });

  test('counts places from the start of the line', () => {
    const indented = { ...place, column: 5 };
    expect(parseCheckLine('  file /a exist', indented).diagnostics[0]?.place?.column).toBe(15);
    expect(parseCheckLine('  file /a exists\t', indented).check).toMatchObject({
      text: 'file /a exists',
      place: { ...place, column: 7 },
      tokens: ['file', '/a', 'exists'],
    });
  });
});

describe('references', () => {
  const values: Record<string, string> = {
    PORT: '8080',
    HOST: '127.0.0.1',
    SPACED: 'a "b" within 3s',
    WORD: 'exists',
    DOTS: '1.2',
    EMPTY: '',
    WAIT: '5s',
  };
  const resolve = (line: string) => resolveCheck(parsed(line), (name) => values[name]);

  test('fit in every slot for values, including numbers', () => {
    expect(resolve('port ${PORT}/tcp free').check?.probe).toMatchObject({ port: 8080 });
    expect(resolve('tcp ${HOST}:${PORT} open').check?.probe).toMatchObject({ host: '127.0.0.1', port: 8080 });
    expect(resolve('http GET http://${HOST}:${PORT}/ status 2${WHAT}').check).toBeUndefined();
    expect(resolve('file /a exists within ${WAIT}').check?.withinMs).toBe(5000);
    expect(resolve('k8s pod/${HOST} -n ${WORD} ready').check?.probe).toMatchObject({ namespace: 'exists' });
  });

  test('keeps a value inside its token', () => {
    expect(resolve('file ${SPACED} exists').check).toMatchObject({
      withinMs: 0,
      probe: { path: values.SPACED },
    });
    expect(resolve('file /a contains "<${SPACED}>"').check?.probe).toMatchObject({
      expect: { text: { value: `<${values.SPACED}>` } },
    });
  });

  test('treats a value neither as a keyword nor as a pattern', () => {
    expect(parseCheckLine('file /a ${WORD}', place).diagnostics[0]?.code).toBe('check-unknown-word');
    expect(resolve('file /a matches /^v${DOTS}$/').check?.probe).toMatchObject({
      expect: { text: { pattern: '^v1\\.2$' } },
    });
  });

  test('rejects an empty value that would make a check always pass', () => {
    expect(resolve('file /a contains "${EMPTY}"').diagnostics).toMatchObject([
      { code: 'check-bad-value', place: { column: 18 } },
    ]);
  });

  test('keeps an unknown name, with a warning at its token', () => {
    const { check, diagnostics } = resolve('file /a contains "x ${NOBODY}"');
    expect(check?.probe).toMatchObject({ expect: { text: { value: 'x ${NOBODY}' } } });
    expect(diagnostics).toMatchObject([
      { code: 'check-unresolved', severity: 'warning', place: { column: 18 } },
    ]);
  });

  test('a doubled dollar is literal', () => {
    expect(resolve('file /a contains "$${PORT}"').check?.probe).toMatchObject({
      expect: { text: { value: '${PORT}' } },
    });
  });

  test('the resolved check keeps its text, place and default wait', () => {
    const { check } = parseCheckLine('port ${PORT} free', place, { defaultWithinMs: 7 });
    expect(resolveCheck(check!, (name) => values[name]).check).toMatchObject({
      text: 'port ${PORT} free',
      withinMs: 7,
      place,
    });
  });
});

describe('any text', () => {
  const words =
    `http GET HEAD tcp port file process service command k8s fact not within status header insecure contains
    matches owner free exists absent mode sha256 running active enabled -n -l ready condition jsonpath = >= 443 53/udp
    200 2xx 0644 30s /a/i {.a} "b" http://a a:1 \${X} "\${X}" " ' { / \\`.split(/\s+/);
  const line = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom(...words), { maxLength: 9 }).map((all) => all.join(' ')),
  );

  test('is parsed as a check, blank, or one diagnostic inside the line; never throws', () => {
    fc.assert(
      fc.property(line, (text) => {
        const { check, diagnostics } = parseCheckLine(text, place);
        if (check) {
          expect(diagnostics).toEqual([]);
          resolveCheck(check, () => '443');
        } else if (text.trim() !== '' && !text.trim().startsWith('#')) {
          expect(diagnostics).toHaveLength(1);
          const { column } = diagnostics[0]!.place!;
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('gives the same check when its tokens are joined by a blank', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...good.map(([text]) => text)),
        fc.boolean(),
        fc.stringMatching(/^[ \t]{1,3}$/),
        (text, not, blank) => {
          const first = parsed(`${not ? 'not' : ''}${blank}${text}${blank}within 2m`);
          const again = parsed(first.tokens.join(' '));
          expect({ ...again, text: '', place: first.place }).toEqual({
            ...first,
            text: '',
            place: first.place,
          });
        },
      ),
    );
  });

  test('any text survives as a value in double quotes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
        const { check } = parseCheckLine(`file ${JSON.stringify(value)} exists`, place);
        expect(check?.probe).toMatchObject({ path: value });
      }),
    );
  });

  test('parses a megabyte quickly', () => {
    for (const text of [
      `file ${'"'.repeat(1e6)}`,
      `k8s pod jsonpath ${'{'.repeat(1e6)}`,
      `file /a matches /${'('.repeat(1e6)}/`,
    ]) {
      const start = performance.now();
      expect(parseCheckLine(text, place).diagnostics).toHaveLength(1);
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});
