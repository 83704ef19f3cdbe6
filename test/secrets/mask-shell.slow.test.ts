import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/secrets/mask.ts';

/** Ways in which a step may print its secret, with the programs that do it. */
const WAYS: Readonly<Record<string, string>> = {
  echo: 'echo "$S"',
  'echo, unquoted': 'echo $S',
  'printf %q': 'printf "%q\\n" "$S"',
  'quoted by bash': 'echo "${S@Q}"',
  declare: 'declare -p S',
  'set -x': 'set -x; curl --version "$S" >/dev/null',
  'set -x with an assignment': 'set -x; X="--password=$S"',
  env: 'export S; env',
  base64: 'printf %s "$S" | base64',
  'base64 of a line': 'echo "$S" | base64 -w0',
  'basic authentication': 'printf "user:%s" "$S" | base64 -w0',
  'xxd -p': 'printf %s "$S" | xxd -p',
  'openssl base64': 'printf %s "$S" | openssl base64',
  'jq a string': 'jq -n --arg s "$S" \'$s\'',
  'jq in a URL': 'jq -nr --arg s "$S" \'$s|@uri\'',
  'jq for a shell': 'jq -nr --arg s "$S" \'$s|@sh\'',
  'jq in HTML': 'jq -nr --arg s "$S" \'$s|@html\'',
  'jq in JSON text': 'jq -n --arg s "$S" \'{s:$s}|tojson\'',
  'jq in ASCII': 'jq -na --arg s "$S" \'$s\'',
  'python repr': 'python3 -c "import sys; print(repr(sys.argv[1]))" "$S"',
  'python URL': 'python3 -c "import sys, urllib.parse as u; print(u.quote_plus(sys.argv[1]))" "$S"',
  'python HTML': 'python3 -c "import sys, html; print(html.escape(sys.argv[1]))" "$S"',
  'python bytes': 'python3 -c "import sys; print(sys.argv[1].encode())" "$S"',
  'a failed command': '"$S"',
};

const SECRETS: Readonly<Record<string, string>> = {
  word: 'correcthorsebattery',
  symbols: `p@ss "w'o\\rd$(x)&%<>!*é€`,
  base64: 'q83v/+7dzLuqmYh3ZlVEMyIRAP/+/fz7+vn49/b19PPy8fDv7u3s6+rp6A==',
  url: 'postgres://app:s3cr3t%20word@db.internal:5432/app?sslmode=require',
  lines: '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"quoted" and it\'s\n-----END KEY-----',
};

const has = (program: string) => {
  try {
    execFileSync('bash', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

const ways = Object.entries(WAYS).filter(([, script]) =>
  ['jq', 'python3', 'xxd', 'openssl', 'curl'].every((each) => !script.includes(each) || has(each)),
);

describe.each(Object.entries(SECRETS))('a secret of the kind "%s"', (_, secret) => {
  it.each(ways)('is not shown by %s', (_way, script) => {
    const shown = execFileSync('bash', ['-c', `exec 2>&1\n${script}\ntrue`], {
      env: { ...process.env, S: secret, LC_ALL: 'C.UTF-8' },
    }).toString();
    const { mask } = createMasker([{ name: 'S', value: secret }]);
    expect(shown.length).toBeGreaterThan(8);
    const masked = mask(shown);
    expect(masked).toContain('[secret:S]');
    const left = masked.replaceAll('[secret:S]', '');
    for (const part of secret.split(/[^A-Za-z0-9/+=]+/).filter((each) => each.length >= 6)) {
      expect(left).not.toContain(part);
      expect(left).not.toContain(Buffer.from(part).toString('hex'));
      const inside = ['', 'x', 'xx'].map((ahead) =>
        Buffer.from(ahead + part)
          .toString('base64')
          .slice(4, -4),
      );
      for (const piece of inside) expect(piece.length >= 6 && left.includes(piece), piece).toBe(false);
    }
  });
});
