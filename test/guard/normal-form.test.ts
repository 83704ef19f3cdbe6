import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formHash, normalForm } from '../../src/guard/form/normal-form.ts';
import type { DraftFence } from '../../src/loop/attempt.ts';

const fence = (text: string, lang = 'bash', attributes: Record<string, string> = {}): DraftFence => ({
  ...{ lang, text, attributes },
});
const form = (...run: DraftFence[]) => normalForm({ run, verify: [] });
const shell = (text: string) => form(fence(text));
const waited = (text: string) =>
  shell(text)
    .waits.filter((each) => each.kind === 'delay')
    .reduce((sum, each) => sum + each.ms, 0) / 1000;
const limit = (text: string, slot: string) => shell(text).waits.find((each) => each.slot === slot)?.ms;

describe('the same action has the same exact form', () => {
  test.each([
    ['comments', 'a # why\n# more\nb', 'a\nb'],
    ['blank lines and blanks', 'a   b\n\n\n  c', 'a b\nc'],
    ['semicolons', 'a; b', 'a\nb'],
    ['quotes', `a "b" 'c' \\d`, 'a b c d'],
    ['continued lines', 'a \\\n  b', 'a b'],
    ['braces around names', 'a ${HOME}', 'a $HOME'],
    ['CRLF', 'a\r\nb\r\n', 'a\nb'],
  ])('%s', (_what, first, second) => {
    expect(formHash(shell(first))).toBe(formHash(shell(second)));
  });

  test('ignores the order and style of keys in YAML and JSON', () => {
    const first = form(fence('b: [1, 2]\na: {c: "x"}\n', 'yaml'));
    expect(formHash(first)).toBe(formHash(form(fence('# note\na:\n  c: x\nb:\n  - 1\n  - 2\n', 'yaml'))));
  });

  test.each([
    ['a word', 'a b', 'a c'],
    ['the order of words', 'mv a b', 'mv b a'],
    ['the order of commands', 'a; b', 'b; a'],
    ['how they are joined', 'a && b', 'a || b'],
    ['a redirection', 'a > b', 'a >> b'],
    ['a here-document', 'a <<E\n1\nE', 'a <<E\n2\nE'],
    ['a wait', 'sleep 5', 'sleep 10'],
    ['what is in a substitution', 'a $(b)', 'a $(c)'],
    ['a loop', 'for i in 1 2; do a; done', 'for i in 1 2 3; do a; done'],
  ])('depends on %s', (_what, first, second) => {
    expect(formHash(shell(first))).not.toBe(formHash(shell(second)));
  });

  test('ignores title, Why, Undo and id', () => {
    const body = { title: 'A', why: 'w', run: [fence('a')], verify: [], undo: [] };
    expect(normalForm({ ...body, title: 'B', why: 'v', undo: [fence('u')] } as typeof body)).toEqual(
      normalForm(body),
    );
  });
});

describe('a command with waits has the form of the command', () => {
  const URL = 'http://127.0.0.1:8080/';
  const plain = `curl -fsS ${URL}`;
  test.each([
    ['sleep before', `sleep 5; ${plain}`, 5],
    ['sleep after', `${plain}\nsleep 5`, 5],
    ['sleep &&', `sleep 5 && ${plain}`, 5],
    ['sleep with units', `sleep 1m 30s; ${plain}`, 90],
    ['sudo sleep', `sudo -n sleep 5; ${plain}`, 5],
    ['/dev/null', `sleep 5 >/dev/null 2>&1; ${plain}`, 5],
    ['words', `echo "waiting for the leader..."; sleep 5; ${plain}`, 5],
    ['comments', `# the election takes a moment\nsleep 5\n${plain} # now it should be there`, 5],
    ['tracing', `set -x\nsleep 5\n${plain}`, 5],
    ['a variable', `WAIT=30; sleep $WAIT; ${plain}`, 30],
    ['a variable of any name', `N="30"\nsleep "\${N}"\n${plain}`, 30],
    ['an exported variable', `export DELAY=30\nsleep $DELAY\n${plain}`, 30],
    ['a fallback', `sleep \${WAIT:-30}; ${plain}`, 30],
    ['read -t', `read -t 30; ${plain}`, 30],
    ['ping of localhost', `ping -c 30 127.0.0.1 >/dev/null; ${plain}`, 30],
    ['python', `python3 -c 'import time; time.sleep(30)'; ${plain}`, 30],
    ['perl', `perl -e 'sleep 30'; ${plain}`, 30],
    ['a nested shell', `bash -c 'sleep 30'; ${plain}`, 30],
    ['a nested shell around all', `sh -c "sleep 30; ${plain}"`, 30],
    ['eval', `eval "sleep 30"; ${plain}`, 30],
    ['a subshell', `(sleep 30); ${plain}`, 30],
    ['until', `until ${plain}; do sleep 5; done`, Number.POSITIVE_INFINITY],
    ['while !', `while ! ${plain}; do sleep 5; done`, Number.POSITIVE_INFINITY],
    ['while true', `while true; do ${plain} && break; sleep 5; done`, Number.POSITIVE_INFINITY],
    ['for in list', `for i in 1 2 3 4; do ${plain} && break; sleep 5; done`, 20],
    ['for in seq', `for i in $(seq 30); do ${plain} && break; sleep 2; done`, 60],
    ['for in seq of two', `for i in \`seq 1 30\`; do ${plain} && break; sleep 2; done`, 60],
    ['for in braces', `for i in {1..30}; do ${plain} && break || sleep 2; done`, 60],
    ['for in arithmetic', `for ((i=0; i<30; i++)); do ${plain} && break; sleep 2; done`, 60],
    ['for with if', `for i in {1..30}; do if ${plain}; then break; fi; sleep 2; done`, 60],
    ['a counter', `i=0\nwhile [ $i -lt 30 ]; do ${plain} && break; sleep 2; i=$((i+1)); done`, 60],
    ['a counter in arithmetic', `i=0; while ((i < 30)); do ${plain} && break; sleep 2; ((i++)); done`, 60],
    [
      'a variable number of rounds',
      `TRIES=30; for i in $(seq 1 $TRIES); do ${plain} && break; sleep 2; done`,
      60,
    ],
    ['tries without a pause', `for i in {1..30}; do ${plain} && break; done`, 30],
    ['a retry', `${plain} || { sleep 10; ${plain}; }`, 10],
    ['a retry in a subshell', `${plain} || (sleep 10 && ${plain})`, 10],
    ['a retry by if', `if ! ${plain}; then sleep 10; ${plain}; fi`, 10],
    ['retry', `curl -fsS --retry 10 ${URL}`, 10],
    ['retry with a pause', `curl -fsS --retry 10 --retry-delay 6 --retry-connrefused ${URL}`, 60],
    ['retry=', `curl --retry=10 --retry-delay=6 -fsS ${URL}`, 60],
  ])('%s', (_what, text, seconds) => {
    expect(shell(text).core).toBe(shell(plain).core);
    expect(waited(text)).toBe(seconds);
    expect(shell(text).parsed).toBe(true);
  });

  test.each([
    ['timeout', `timeout 60 ${plain}`, 'timeout', 60],
    ['timeout with flags', `timeout -k 5 --foreground 1m ${plain}`, 'timeout', 60],
    ['timeout of a loop', `timeout 60 bash -c 'until ${plain}; do sleep 1; done'`, 'timeout', 60],
    ['--max-time', `curl -fsS --max-time 60 ${URL}`, 'curl --max-time', 60],
    ['-m', `curl -m 60 -fsS ${URL}`, 'curl --max-time', 60],
    ['a variable', `LIMIT=60; curl -m $LIMIT -fsS ${URL}`, 'curl --max-time', 60],
    [
      'a clock',
      `end=$((SECONDS+60)); while [ $SECONDS -lt $end ]; do ${plain} && break; sleep 1; done`,
      'until',
      60,
    ],
    ['a date', `END=$(( $(date +%s) + 60 )); until ${plain}; do sleep 1; done`, 'until', 60],
  ])('%s is a limit', (_what, text, slot, seconds) => {
    expect(shell(text).core).toBe(shell(plain).core);
    expect(limit(text, slot)).toBe(seconds * 1000);
  });

  test('bounds a loop by its time limit', () => {
    expect(waited(`timeout 60 bash -c 'until ${plain}; do sleep 1; done'`)).toBe(60);
  });

  test.each([
    ['kubectl wait --for=condition=Ready pod/a --timeout=60s', 'kubectl --timeout', 60],
    ['kubectl wait pod/a --for=condition=Ready', 'kubectl --timeout', 30],
    ['kubectl -n argo rollout status deploy/a --timeout 5m', 'kubectl --timeout', 300],
    ['helm upgrade --install a ./a --wait', 'helm --timeout', 300],
    ['helm upgrade --install a ./a --wait --timeout 10m0s', 'helm --timeout', 600],
    ['wget -T 20 http://x/', 'wget --timeout', 20],
    ['ssh -o ConnectTimeout=20 host true', 'ssh ConnectTimeout', 20],
    ['apt-get -o DPkg::Lock::Timeout=20 install a', 'apt-get Timeout', 20],
    ['nc -w 20 host 80', 'nc -w', 20],
    ['pg_isready -t 20', 'pg_isready --timeout', 20],
    ['./wait-for-it.sh db:5432 --timeout=20', './wait-for-it.sh --timeout', 20],
    ['START_TIMEOUT=20 ./run.sh', 'START_TIMEOUT', 20],
    ['curl --max-time 0 http://x/', 'curl --max-time', Number.POSITIVE_INFINITY],
  ])('%s', (text, slot, seconds) => {
    expect(limit(text, slot)).toBe(seconds * 1000);
  });

  test('ignores the order of words', () => {
    expect(shell('kubectl wait -n argo --timeout=5s pod/a --for=condition=Ready').core).toBe(
      shell('kubectl -n argo wait --for=condition=Ready pod/a --timeout=60s').core,
    );
  });

  test.each([
    ['a different command', plain, 'curl -fsS http://127.0.0.1:9090/'],
    ['a different variable', 'URL=a; curl $URL', 'URL=b; curl $URL'],
    ['an additional step', plain, `systemctl restart app; ${plain}`],
    [
      'an awaited event',
      `sleep 60; ${plain}`,
      `kubectl wait --for=condition=Ready pod/a --timeout=60s; ${plain}`,
    ],
    ['a loop over things', 'for f in a b; do rm $f; done', 'rm $f'],
    ['a pipe', 'kubectl get pods | grep Running', 'kubectl get pods; grep Running'],
    ['a written file', 'echo 5 > /etc/a', 'echo 6 > /etc/a'],
    ['a mode', 'mkdir -m 755 a', 'mkdir -m 700 a'],
  ])('%s makes a different action', (_what, first, second) => {
    expect(shell(first).core).not.toBe(shell(second).core);
  });

  test('ignores how a script is split into fences', () => {
    expect(form(fence('a'), fence('sleep 5\nb', 'sh')).core).toBe(shell('a; b').core);
  });

  test.each([
    'sleep 60',
    'sleep 5; sleep 10',
    'echo waiting; sleep 60 # for the leader',
    'for i in 1 2 3; do sleep 5; done',
  ])('%s only waits', (text) => {
    expect(shell(text).core).toBe('');
  });
});

describe('trees', () => {
  const probe = (values: string) => `
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:1
          readinessProbe: { httpGet: { path: /, port: 80 }${values} }
`;
  const applied = (yaml: string) => form(fence(yaml, 'yaml', { apply: 'kubernetes' }));

  test.each([
    [', initialDelaySeconds: 30', 30],
    [', failureThreshold: 30, periodSeconds: 10', 300],
    [', periodSeconds: 20', 20],
  ])('reads the waits of a probe: %s', (values, seconds) => {
    expect(applied(probe(values)).core).toBe(applied(probe('')).core);
    expect(applied(probe(values)).waits).toContainEqual(
      expect.objectContaining({ kind: 'delay', ms: seconds * 1000 }),
    );
  });

  test.each([
    ['progressDeadlineSeconds: 600', 600],
    ['activeDeadlineSeconds: 600', 600],
    ['terminationGracePeriodSeconds: 60', 60],
    ['timeout: 10m', 600],
    ['timeoutMs: 500', 0.5],
    ['proxy_read_timeout: 60s', 60],
  ])('%s is a deadline', (line, seconds) => {
    const waits = form(fence(`a: 1\n${line}\n`, 'yaml')).waits;
    expect(waits).toContainEqual(
      expect.objectContaining({ kind: 'deadline', ms: seconds * 1000, where: 'tree' }),
    );
    expect(form(fence(`a: 1\n${line}\n`, 'yaml')).core).toBe(form(fence('a: 1\n', 'yaml')).core);
  });

  const sized = (resources: string) => `
kind: Pod
spec: { containers: [{ name: a, image: b${resources} }] }
`;
  test('reads cpu, memory and storage as sizes', () => {
    const made = applied(
      sized(', resources: { limits: { cpu: 500m, memory: 1Gi }, requests: { memory: 512Mi } }'),
    );
    expect(made.sizes.map((each) => [each.resource, each.amount, each.isLimit])).toEqual([
      ['cpu', 0.5, true],
      ['memory', 2 ** 30, true],
      ['memory', 2 ** 29, false],
    ]);
    expect(made.core).toBe(applied(sized('')).core);
  });

  test.each([
    ['docker run --memory 512m --cpus 2 img', [512 * 2 ** 20, 2]],
    ['docker run -m 1g img', [2 ** 30]],
    ['kubectl set resources deploy/a --limits=cpu=200m,memory=512Mi', [0.2, 512 * 2 ** 20]],
    ['helm upgrade a ./a --set server.resources.limits.memory=2Gi', [2 * 2 ** 30]],
    ['java -Xmx2g -jar a.jar', [2 * 2 ** 30]],
    ['NODE_OPTIONS=--max-old-space-size=4096 node a.js', [4096]],
    [`kubectl patch deploy/a -p '{"spec":{"resources":{"limits":{"memory":"1Gi"}}}}'`, [2 ** 30]],
    [
      `kubectl patch deploy/a --type json -p '[{"op":"replace","path":"/spec/resources/limits/memory","value":"1Gi"}]'`,
      [2 ** 30],
    ],
    [
      'kubectl apply -f - <<EOF\nkind: PVC\nspec: {resources: {requests: {storage: 5Gi}}}\nEOF',
      [5 * 2 ** 30],
    ],
    ["sed -i 's/memory: 512Mi/memory: 1Gi/' a.yaml", [512 * 2 ** 20, 2 ** 30]],
  ])('%s', (text, amounts) => {
    expect(shell(text).sizes.map((each) => each.amount)).toEqual(amounts);
  });

  test('parses a file fence of YAML as YAML, and any other as text', () => {
    const file = (text: string, path: string) => form(fence(text, 'text', { file: path }));
    expect(file('b: 1\na: 2\n', '/etc/x.yaml').exact).toBe(file('a: 2\nb: 1\n', '/etc/x.yaml').exact);
    expect(file('TimeoutStartSec=90\nExecStart=/bin/a\n', '/etc/a.service').waits[0]).toMatchObject({
      ms: 90_000,
    });
  });
});

describe('deadlines of fences and checks', () => {
  const verified = (verify: DraftFence[]) => normalForm({ run: [fence('a')], verify }).waits;

  test('reads the time limit of a fence, 30 minutes by default', () => {
    expect(shell('a').waits).toEqual([
      { kind: 'deadline', slot: 'fence timeout', ms: 1_800_000, where: 'fence' },
    ]);
    expect(form(fence('a', 'bash', { timeout: '5m' })).waits[0]!.ms).toBe(300_000);
    expect(form(fence('a', 'bash', { timeout: '5m' })).core).toBe(shell('a').core);
  });

  test('reads within, keyed by its check', () => {
    const waits = verified([fence('port 80 within 30s\n# note\nport  443\n', 'check', { within: '5s' })]);
    expect(waits.filter((each) => each.where === 'check').map((each) => [each.slot, each.ms])).toEqual([
      ['check port 80', 30_000],
      ['check port 443', 5000],
    ]);
  });

  test('reads the waits inside a shell check', () => {
    const [, wait] = verified([fence('sleep 5; curl x', 'bash', { within: '10s' })]);
    expect(wait).toMatchObject({ slot: 'check curl x', ms: 15_000 });
  });
});

test('a here-document without its end is parsed, as bash runs it', () => {
  expect(shell('cat <<EOF\nno end').parsed).toBe(true);
});

describe('unparsable text', () => {
  test.each(['echo "', "a 'b", 'a $(b', 'for i in 1; do a', 'a; done'])('%j is not parsed', (text) => {
    expect(shell(text).parsed).toBe(false);
  });

  test('treats another language as text, without known values', () => {
    const python = (seconds: number) =>
      form(
        fence(`import time\n# wait\ntime.sleep(${seconds})\nconnect(timeout=${seconds})\n`, 'python', {
          interpreter: 'python3',
        }),
      );
    expect(python(5).core).toBe(python(60).core);
    expect(python(5).parsed).toBe(false);
    expect(python(60).waits.map((each) => each.ms)).toContain(60_000);
  });

  test('never throws or hangs', () => {
    const alphabet = fc.constantFrom(
      ...'aw \n;&|<>()[]{}$`\'"\\#=:-0159'.split(''),
      'sleep 5',
      'for i in ',
      '; do ',
      'done',
      '<<E\n',
      '$((',
      '[[ ',
    );
    const text = fc.array(alphabet, { maxLength: 60 }).map((each) => each.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom('bash', 'yaml', 'python', 'console'), (given, lang) => {
        const made = form(fence(given, lang));
        for (const wait of made.waits) expect(wait.ms).not.toBeNaN();
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['brackets', '['.repeat(50_000), 'yaml'],
    ['closed brackets', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'yaml'],
    [
      'aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((each, n) => `${each}: &${each} [${`*${'abcdefghi'[n]},`.repeat(9)}]`)
        .join('\n')}`,
      'yaml',
    ],
    ['loops', 'for i in 1; do '.repeat(4000), 'bash'],
    ['substitutions', '$('.repeat(20_000), 'bash'],
    ['closed substitutions', `${'$('.repeat(5000)}a${')'.repeat(5000)}`, 'bash'],
    ['evals', `${'eval '.repeat(5000)}a`, 'bash'],
    ['commands', 'sleep 5; '.repeat(7000), 'bash'],
    ['here-documents', 'a <<E\n'.repeat(10_000), 'bash'],
    ['megabytes', 'sleep 5\n'.repeat(1_000_000), 'bash'],
    ['one long word', 'a.'.repeat(30_000), 'bash'],
    ['one long line of text', 'a.b:'.repeat(15_000), 'python'],
  ])('reads a long run of %s quickly', (_what, text, lang) => {
    const started = performance.now();
    form(fence(text, lang));
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('ignores a comment at the end of any line', () => {
    const words = fc.array(fc.constantFrom('a', 'curl x', 'sleep 5', 'timeout 3 b', 'c | d'), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(words, fc.stringMatching(/^[\w '"$`(]*$/), (lines, comment) => {
        expect(shell(lines.map((line) => `${line} # ${comment}`).join('\n'))).toEqual(
          shell(lines.join('\n')),
        );
      }),
    );
  });
});
