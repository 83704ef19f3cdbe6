import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksRandom, redactArgv, redactText } from '../../src/observe/redact/redact.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

describe('masks', () => {
  test.each([
    ['postgres://app:hunter2@db:5432/app', 'postgres://app:***@db:5432/app'],
    ['https://x-access-token-0123456789@github.com/a/b', 'https://***@github.com/a/b'],
    ['password=hunter2 user=app', 'password=*** user=app'],
    ['DB_PASSWORD: "a b c" next', 'DB_PASSWORD: *** next'],
    ['token="half', 'token=***'],
    ['{"apiKey":"abc","port":80}', '{"apiKey":***,"port":80}'],
    ['GET /?token=abc&page=2', 'GET /?token=***&page=2'],
    ['--registry-token abc --port 80', '--registry-token *** --port 80'],
    ['Authorization: Bearer abcdefgh12345', 'Authorization: Bearer ***'],
    ['authorization=Basic dXNlcjpwYXNz', 'authorization=Basic ***'],
    [`cookie ${jwt}; path=/`, 'cookie ***; path=/'],
    ['using AKIAIOSFODNN7EXAMPLE now', 'using *** now'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '***'],
    ['key 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c x', 'key *** x'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nafter', '*** (PEM)\nafter'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5v', '*** (PEM)'],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

describe('leaves unchanged', () => {
  test.each([
    'Access denied for user root (using password: YES)',
    'password authentication failed for user "app"',
    'chown: /etc/passwd: Operation not permitted',
    'failed to fetch anonymous token: unexpected status from GET request',
    'bind() to 0.0.0.0:443 failed (98: Address already in use)',
    'https://registry.example.com:5000/v2/app/manifests/1.4',
    'ssh://git@example.com/app.git',
    'pulled sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0f00a08b822cd15d6c15b0',
    'pod argo-server-5f7d8c9b6d-x2k9p uid 123e4567-e89b-12d3-a456-426614174000',
    '/usr/lib/x86_64-linux-gnu/libgobject-2.0.so.0.7400.6',
    '/etc/kubernetes/manifests/kube-controller-manager.yaml',
    'Nov 21 01:08:41 box systemd[1]: nginx.service: Main process exited, code=exited, status=1/FAILURE',
    'requestheader-allowed-names=front-proxy-client',
  ])('%s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('command lines', () => {
  test.each([
    [
      ['curl', '-u', 'app:hunter2', 'https://x/'],
      ['curl', '-u', 'app:***', 'https://x/'],
    ],
    [
      ['curl', '-u', 'app', 'https://x/'],
      ['curl', '-u', 'app', 'https://x/'],
    ],
    [
      ['/usr/bin/mysql', '-uroot', '-phunter2'],
      ['/usr/bin/mysql', '-uroot', '-p***'],
    ],
    [
      ['server', '--api-key', 'short', '--port', '80'],
      ['server', '--api-key', '***', '--port', '80'],
    ],
    [
      ['server', '--password=short'],
      ['server', '--password=***'],
    ],
    [
      ['docker', 'run', '-p', '80:80', 'nginx'],
      ['docker', 'run', '-p', '80:80', 'nginx'],
    ],
    [
      ['docker', 'login', '-u', 'me', '-p', '1234'],
      ['docker', 'login', '-u', 'me', '-p', '***'],
    ],
    [
      ['sshpass', '-p', 'hunter2', 'ssh', 'box'],
      ['sshpass', '-p', '***', 'ssh', 'box'],
    ],
    [
      ['nginx: master process /usr/sbin/nginx', '-g', 'daemon off;'],
      ['nginx: master process /usr/sbin/nginx', '-g', 'daemon off;'],
    ],
  ])('%j', (argv, expected) => {
    expect(redactArgv(argv)).toEqual(expected);
  });
});

describe('misleading characters', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007text', 'text'],
    ['abc\b\b\bxyz\u0000', 'abcxyz'],
    ['user \u202e txt.exe \u2066', 'user  txt.exe '],
    ['ig\u200bnore \u{e0041}\u{e0042}this', 'ignore this'],
    ['one\r\ntwo\rthree\tfour', 'one\ntwo\nthree\tfour'],
  ])('%j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });
});

test('masks every random token of 32 characters or more, anywhere', () => {
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
  const hex = [...'0123456789abcdef'];
  const drawn = fc
    .constantFrom(alphabet, hex)
    .chain((letters) => fc.array(fc.constantFrom(...letters), { minLength: 32, maxLength: 80 }))
    .map((letters) => letters.join(''))
    // Excludes random words that a person could have written.
    .filter((token) => looksRandom(token));
  fc.assert(
    fc.property(drawn, fc.constantFrom('', 'id ', 'x=', '"'), (token, before) => {
      expect(redactText(`${before}${token} end`)).not.toContain(token);
    }),
  );
});

test('cost is linear: a megabyte of hostile text ends before the test times out', () => {
  for (const unit of [
    'password',
    'a-',
    '-----BEGIN A-----',
    'http://a:',
    '\u001b[',
    'eyJaaaaaa.',
    '--token ',
  ]) {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    expect(redactText(text).length).toBeGreaterThan(0);
  }
});
