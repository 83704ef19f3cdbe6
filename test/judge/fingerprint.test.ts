import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckRow } from '../../src/loop/attempt.ts';
import { lastErrorLine, normalErrorLine } from '../../src/loop/error-line.ts';
import { checkKey, type FingerprintInput, fingerprint, fingerprintText } from '../../src/loop/fingerprint.ts';

const failure = (part: Partial<FingerprintInput> = {}): FingerprintInput => ({
  checks: [],
  findings: [],
  status: 'failed',
  exitCode: 1,
  outputTail: '',
  ...part,
});

const row = (check: string, part: Partial<CheckRow> = {}): CheckRow => ({
  check,
  verdict: 'fail',
  class: 'refused',
  observed: '',
  expected: '',
  ...part,
});

const printed = (line: string, exitCode = 1): string => fingerprint(failure({ outputTail: line, exitCode }));

describe('the same error printed twice has one fingerprint', () => {
  test.each([
    [
      'UUIDs',
      'volume 3f2a1b4c-0000-4111-8222-1234567890ab not found',
      'volume aaaaaaaa-1111-4111-8222-1234567890ff not found',
    ],
    ['long hex', 'container 4f5e6d7c8b9a failed', 'container 0a1b2c3d4e5f failed'],
    ['digests', 'image sha256:4f5e6d7c8b9a0011 unknown', 'image sha256:99aabbccddee0022 unknown'],
    [
      'pods of a deployment',
      'pod argo-server-7d9f8b6c4d-x2x9z failed',
      'pod argo-server-5c6b7f8d9f-q8w4t failed',
    ],
    ['pods of a daemon set', 'pod svclb-traefik-x2x9z failed', 'pod svclb-traefik-b4n7d failed'],
    ['ISO times', '2026-11-20T10:11:12.123Z error: no', '2026-11-21T01:02:03Z error: no'],
    ['syslog times', 'Nov  3 10:11:12 box app: failed', 'Nov 13 01:02:03 box app: failed'],
    ['klog times', 'E1120 10:11:12.000001 failed', 'E1121 11:12:13.999999 failed'],
    ['durations', 'deadline exceeded after 5s', 'deadline exceeded after 1m30s'],
    ['fractions of seconds', 'failed in 0.23s', 'failed in 12.7s'],
    ['temporary paths', 'cannot open /tmp/tmp.Xa7f/in.sh', 'cannot open /tmp/tmp.Qq81/in.sh'],
    ['macOS temporary paths', 'cannot open /var/folders/zz/abc/T/x', 'cannot open /var/folders/yy/def/T/x'],
    ['pids', 'nginx[4321]: bind failed', 'nginx[977]: bind failed'],
    ['line numbers', 'bash: line 3: error: no', 'bash: line 14: error: no'],
    ['places in files', '/srv/app.py:12: error: no', '/srv/app.py:312: error: no'],
    [
      'addresses of pods',
      'dial tcp 10.42.0.17:80: connect: refused',
      'dial tcp 10.42.1.4:80: connect: refused',
    ],
    ['byte counts', 'failed after 1024 bytes', 'failed after 99 bytes'],
    ['colours', '\u001b[31mfailed\u001b[0m to start', 'failed to start'],
    ['goroutines and addresses', 'panic at 0xdeadbeef error', 'panic at 0x1234 error'],
    ['what follows the error', 'error: no\nelapsed 3', 'error: no\nelapsed 4'],
    ['carriage returns', 'pulling 1%\rpulling 2%\rerror: no', 'pulling 7%\rerror: no'],
  ])('%s', (_what, first, second) => {
    expect(normalErrorLine(first)).toBe(normalErrorLine(second));
    expect(printed(first)).toBe(printed(second));
  });
});

describe('parts that distinguish failures are kept', () => {
  test.each([
    ['ports after a host', 'bind: 0.0.0.0:80 already in use', 'bind: 0.0.0.0:443 already in use'],
    [
      'ports after a loopback address',
      'dial tcp 127.0.0.1:2746: refused',
      'dial tcp 127.0.0.1:8080: refused',
    ],
    ['ports after a name', 'cannot reach db.internal:5432', 'cannot reach db.internal:6379'],
    ['ports after a bracket', 'cannot listen on [::]:80', 'cannot listen on [::]:81'],
    ['bare ports', 'listen :80: failed', 'listen :81: failed'],
    ['ports by word', 'error: port 80 is taken', 'error: port 443 is taken'],
    [
      'ports of kubectl port-forward',
      'unable to listen on any of the requested ports: [{2746 2746}]',
      'unable to listen on any of the requested ports: [{8080 2746}]',
    ],
    ['ports with a protocol', 'cannot open 53/udp', 'cannot open 54/udp'],
    ['HTTP versions and statuses', 'HTTP/1.1 401 error', 'HTTP/1.1 503 error'],
    ['statuses by word', 'probe failed with statuscode: 401', 'probe failed with statuscode: 500'],
    [
      'statuses of curl',
      'curl: (22) The requested URL returned error: 401',
      'curl: (22) The requested URL returned error: 404',
    ],
    ['statuses with their reason', 'error: 403 Forbidden', 'error: 503 Service Unavailable'],
    ['exit codes', 'failed with exit code 126', 'failed with exit code 127'],
    ['exit statuses', 'make: error: exit status 2', 'make: error: exit status 77'],
    ['curl codes', 'curl: (6) Could not resolve host', 'curl: (7) Could not resolve host'],
    ['signals', 'killed by signal 9', 'killed by signal 15'],
    ['words', 'no such file: caddy', 'no such file: nginx'],
    ['digits inside words', 'x509: failed', 'x510: failed'],
    ['loopback or all', 'bind 127.0.0.1 failed', 'bind 0.0.0.0 failed'],
  ])('%s', (_what, first, second) => {
    expect(normalErrorLine(first)).not.toBe(normalErrorLine(second));
  });

  test('distinguishes the exit code, a signal and a time limit', () => {
    const all = [
      failure(),
      failure({ exitCode: 2 }),
      failure({ exitCode: null, signal: 'SIGKILL' }),
      failure({ exitCode: null, status: 'timed_out' }),
    ];
    expect(new Set(all.map(fingerprint)).size).toBe(4);
  });
});

describe('the last error line', () => {
  test.each([
    ['', ''],
    ['\n\n', ''],
    ['one\ntwo\n', 'two'],
    ['E: Unable to locate package caddyy\nbye\n', 'E: Unable to locate package caddyy'],
    ['error: a\nerror: b\nsee the log', 'error: b'],
  ])('%j', (output, line) => {
    expect(lastErrorLine(output)).toBe(line);
  });
});

describe('checks and findings', () => {
  test('replace the exit code and output', () => {
    const checks = [row('tcp 127.0.0.1:443 open')];
    expect(fingerprint(failure({ checks, outputTail: 'a', exitCode: 1 }))).toBe(
      fingerprint(failure({ checks, outputTail: 'b', exitCode: 0 })),
    );
  });

  test('do not depend on order, repetition or passed checks', () => {
    const [first, second] = [row('command caddy exists', { class: 'missing' }), row('port 80')];
    const passed = row('port 22', { verdict: 'pass', class: 'open' });
    expect(fingerprint(failure({ checks: [first, second] }))).toBe(
      fingerprint(failure({ checks: [second, passed, first, first] })),
    );
  });

  test('depend on verdict, class, subject and the check itself', () => {
    const finding = { code: 'port-taken', subject: 'port 80' };
    const all = [
      failure({ checks: [row('port 80')] }),
      failure({ checks: [row('port 80', { verdict: 'unknown' })] }),
      failure({ checks: [row('port 80', { class: 'timeout' })] }),
      failure({ checks: [row('port 81')] }),
      failure({ checks: [row('port 80')], findings: [finding] }),
      failure({ findings: [finding] }),
      failure({ findings: [{ ...finding, subject: 'port 443' }] }),
    ];
    expect(new Set(all.map(fingerprint)).size).toBe(all.length);
  });

  test('removes only the random part of a subject', () => {
    const subject = (text: string) => fingerprintText(failure({ findings: [{ code: 'x', subject: text }] }));
    expect(subject('pod argo-server-7d9f8b6c4d-x2x9z')).toBe(subject('pod argo-server-5c6b7f8d9f-q8w4t'));
    expect(subject('/etc/app-1.conf')).not.toBe(subject('/etc/app-2.conf'));
  });

  test.each([
    ['port 80 within 5s', 'port 80'],
    ['port  80   within 1m30s', 'port 80'],
    ['http GET http://x/ contains "not within 5s" within 10s', 'http GET http://x/ contains "not within 5s"'],
    ['http GET http://x/ contains "not within 5s"', 'http GET http://x/ contains "not within 5s"'],
  ])('the key of %j has no wait', (check, key) => {
    expect(checkKey({ check })).toBe(key);
  });
});

test('gives the same fingerprint for every wait', () => {
  const duration = fc.integer({ min: 1, max: 3600 }).map((seconds) => `${seconds}s`);
  const seen = fingerprint(failure({ checks: [row('k8s deployment/a ready')] }));
  fc.assert(
    fc.property(duration, (within) => {
      expect(fingerprint(failure({ checks: [row(`k8s deployment/a ready within ${within}`)] }))).toBe(seen);
    }),
  );
});

test('normalizes any text idempotently', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const once = normalErrorLine(text);
      expect(normalErrorLine(once)).toBe(once);
    }),
  );
});
