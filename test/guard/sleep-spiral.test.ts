import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DraftFence } from '../../src/loop/attempt.ts';
import { failing, finding, hypothesis, Story } from './story.ts';

const TEST = './run-tests.sh leader-election';
const VALUES = [5, 10, 20, 30, 60, 90, 120, 180, 300, 600];

type Round = (
  seconds: number,
  round: number,
) => { run: string | DraftFence[]; step?: string; verify?: string };

const yaml = (text: string): DraftFence[] => [{ lang: 'yaml', text, attributes: { apply: 'kubernetes' } }];
const check = 'k8s deployment/leader ready';

/** The ten rounds of scenario C, in various disguises. */
const DISGUISES: Record<string, Round> = {
  'sleep before': (s) => ({ run: `sleep ${s}\n${TEST}` }),
  'sleep after': (s) => ({ run: `kubectl rollout restart deploy/leader; sleep ${s}; ${TEST}` }),
  'with a new sentence each time': (s, n) => ({
    run: `# Attempt ${n}: the election needs up to ${s} seconds under load.\necho "giving it ${s}s"\nsleep ${s} && ${TEST}`,
  }),
  'under a new id each time': (s, n) => ({ run: `sleep ${s}; ${TEST}`, step: `leader-${n}` }),
  'in other units': (s) => ({ run: `sleep ${s % 60 === 0 ? `${s / 60}m` : `${s}s`}; ${TEST}` }),
  'in a variable': (s) => ({ run: `SETTLE=${s}\nsleep "$SETTLE"\n${TEST}` }),
  'in many small sleeps': (s) => ({ run: `${'sleep 5; '.repeat(s / 5)}${TEST}` }),
  'a loop of sleeps': (s) => ({ run: `for i in $(seq ${s}); do sleep 1; done; ${TEST}` }),
  'a retry loop': (s) => ({ run: `for i in {1..${s}}; do ${TEST} && break; sleep 1; done` }),
  'a retry loop with a longer pause': (s) => ({
    run: `for i in 1 2 3; do ${TEST} && break || sleep ${s}; done`,
  }),
  'a counted while': (s) => ({
    run: `i=0\nwhile [ $i -lt ${s} ]; do\n  ${TEST} && break\n  sleep 1\n  i=$((i+1))\ndone`,
  }),
  'a clock': (s) => ({
    run: `end=$((SECONDS+${s})); until ${TEST}; do [ $SECONDS -lt $end ] || exit 1; sleep 1; done`,
  }),
  'timeout of until': (s) => ({ run: `timeout ${s} bash -c 'until ${TEST}; do sleep 1; done'` }),
  'a second try after a sleep': (s) => ({ run: `${TEST} || { sleep ${s}; ${TEST}; }` }),
  'python sleeping': (s) => ({ run: `python3 -c 'import time; time.sleep(${s})'\n${TEST}` }),
  'ping of oneself': (s) => ({ run: `ping -c ${s} localhost > /dev/null\n${TEST}` }),
  'read -t': (s) => ({ run: `read -t ${s}\n${TEST}` }),
  'a nested shell': (s) => ({ run: `bash -c "sleep ${s}; ${TEST}"` }),
  'sudo, subshell, /dev/null': (s) => ({ run: `(sudo -n sleep ${s}) >/dev/null 2>&1; ${TEST}` }),
  'a flag': (s) => ({ run: `${TEST} --timeout ${s}s` }),
  'a flag with =': (s) => ({ run: `${TEST} --timeout=${s}` }),
  'a flag that moves about': (s, n) => ({
    run:
      n % 2 === 0
        ? `./run-tests.sh --wait-timeout ${s}s leader-election`
        : `./run-tests.sh leader-election --wait-timeout ${s}s`,
  }),
  'an environment variable': (s) => ({ run: `ELECTION_TIMEOUT=${s} ${TEST}` }),
  'kubectl wait': (s) => ({ run: `kubectl -n a wait --for=condition=Ready pod/leader --timeout=${s + 30}s` }),
  'kubectl wait, words moved': (s, n) => ({
    run:
      n % 2 === 0
        ? `kubectl wait -n a --timeout=${s + 30}s pod/leader --for=condition=Ready`
        : `kubectl -n a wait --for=condition=Ready pod/leader --timeout ${s + 30}s`,
  }),
  'rollout status': (s) => ({ run: `kubectl rollout status deploy/leader --timeout=${s}s` }),
  'helm --timeout': (s) => ({ run: `helm upgrade --install leader ./chart --wait --timeout ${s + 300}s` }),
  'curl --max-time': (s) => ({ run: `curl -fsS --max-time ${s} http://127.0.0.1:8080/leader` }),
  'curl -m': (s) => ({ run: `curl -m ${s} -fsS http://127.0.0.1:8080/leader` }),
  'curl --retry': (s) => ({ run: `curl -fsS --retry ${s} http://127.0.0.1:8080/leader` }),
  'curl retries × interval': (s) => ({
    run: `curl -fsS --retry 5 --retry-delay ${s} --retry-connrefused http://127.0.0.1:8080/leader`,
  }),
  'wget tries': (s) => ({ run: `wget -q -t ${s} --waitretry=1 http://127.0.0.1:8080/leader` }),
  'ssh ConnectTimeout': (s) => ({ run: `ssh -o ConnectTimeout=${s} box true` }),
  initialDelaySeconds: (s) => ({
    run: yaml(
      `kind: Pod\nspec: {containers: [{name: a, livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: ${s}}}]}\n`,
    ),
  }),
  failureThreshold: (s) => ({
    run: yaml(
      `kind: Pod\nspec: {containers: [{name: a, startupProbe: {tcpSocket: {port: 80}, failureThreshold: ${s}, periodSeconds: 1}}]}\n`,
    ),
  }),
  'failureThreshold × periodSeconds': (s) => ({
    run: yaml(
      `kind: Pod\nspec: {containers: [{name: a, startupProbe: {periodSeconds: ${s}, tcpSocket: {port: 80}, failureThreshold: 3}}]}\n`,
    ),
  }),
  progressDeadlineSeconds: (s) => ({
    run: yaml(`kind: Deployment\nspec:\n  progressDeadlineSeconds: ${s} # more patience\n  replicas: 1\n`),
  }),
  'YAML in a here-document': (s) => ({
    run: `kubectl apply -f - <<'EOF'\nkind: Pod\nspec: {a: 1, initialDelaySeconds: ${s}}\nEOF`,
  }),
  'a patch': (s) => ({
    run: `kubectl patch deploy/a -p '{"spec":{"template":{"spec":{"initialDelaySeconds":${s}}}}}'`,
  }),
  'a JSON patch': (s) => ({
    run: `kubectl patch deploy/a --type=json -p='[{"op":"replace","path":"/spec/initialDelaySeconds","value":${s}}]'`,
  }),
  'helm --set': (s) => ({ run: `helm upgrade a ./a --set probe.initialDelaySeconds=${s}` }),
  'sed on a manifest': (s) => ({
    run: `sed -i 's/initialDelaySeconds: 1$/initialDelaySeconds: ${s}/' a.yaml && kubectl apply -f a.yaml`,
  }),
  within: (s) => ({ run: TEST, verify: `${check} within ${s}s` }),
  'within under a new id': (s, n) => ({ run: TEST, verify: `${check}   within ${s}s`, step: `leader-${n}` }),
  'the time limit of the fence': (s) => ({
    run: [{ lang: 'bash', text: TEST, attributes: { timeout: `${s}s` } }],
  }),
  'cut into two fences': (s, n) => ({
    run:
      n % 2 === 0
        ? [
            { lang: 'bash', text: `sleep ${s}`, attributes: {} },
            { lang: 'sh', text: TEST, attributes: {} },
          ]
        : `sleep ${s}; ${TEST}`,
  }),
  'another disguise each time': (s, n) =>
    [
      { run: `sleep ${s}; ${TEST}` },
      { run: `for i in $(seq ${s}); do ${TEST} && break; sleep 1; done`, step: 'other' },
      { run: `${TEST} || (sleep ${s} && ${TEST})` },
    ][n % 3]!,
};

describe('the ten rounds of the sleep spiral', () => {
  test.each(Object.entries(DISGUISES))(
    '%s: asked at the second value, refused at the third',
    (_name, round) => {
      const story = new Story();
      const heard = VALUES.map((seconds, index) => {
        const { run, step = 'leader', verify } = round(seconds, index);
        const verdict = story.asks(run, { step, ...(verify !== undefined && { verify }) });
        if (verdict.verdict !== 'pass') return `${verdict.code} ${verdict.verdict}`;
        const checks = [
          failing(check, { observed: '0 of 3 ready', expected: '3 ready', class: 'not-ready' }),
        ];
        const status = index % 2 === 0 ? ('failed' as const) : ('timed_out' as const);
        story.fails(run, {
          step,
          seconds: 1000,
          status,
          exitCode: 0,
          checks,
          ...(verify !== undefined && { verify }),
        });
        return 'ran';
      });
      expect(heard).toEqual(['ran', 'sleep-spiral ask', ...VALUES.slice(2).map(() => 'sleep-spiral refuse')]);
    },
  );

  test('limits an agent that gives a plausible explanation each time', () => {
    const story = new Story();
    let ran = 0;
    for (const [index, seconds] of VALUES.entries()) {
      const run = `sleep ${seconds}; ${TEST}`;
      story.sees(`ev-${index}`, 'observation');
      const mechanism = `The election takes longer than ${seconds} s because of round ${'abcdefghij'[index]}.`;
      const explained = hypothesis({ evidence: [`ev-${index}`], mechanism });
      if (story.asks(run, { hypothesis: explained }).verdict !== 'pass') continue;
      story.fails(run, { seconds: 1000, exitCode: 2, hypothesis: explained });
      ran++;
    }
    // New evidence and a new mechanism allow one raise each; circles ends it after five rounds.
    expect(ran).toBe(5);
  });
});

describe('a draft that only waits belongs to the next attempt', () => {
  test('a longer sleep as a separate step', () => {
    const story = new Story();
    story.succeeds('sleep 5', { step: 'settle' }).fails(TEST);
    story.succeeds('sleep 60', { step: 'settle-more' });
    expect(story.asks(TEST)).toMatchObject({ verdict: 'ask', code: 'sleep-spiral' });
  });

  test('adds up the waits of several steps', () => {
    const story = new Story().succeeds('sleep 30', { step: 'a' }).fails(TEST);
    story.succeeds('sleep 20', { step: 'b' }).succeeds('echo now\nsleep 20', { step: 'c' });
    expect(story.asks(TEST)).toMatchObject({ verdict: 'ask', code: 'sleep-spiral' });
  });
});

describe('refused at once, because time is not the cause', () => {
  const longer = (story: Story, run = `sleep 60; ${TEST}`) => story.asks(run);

  test('failed at 3 s; the limit was 60 s', () => {
    const story = new Story().fails('kubectl wait pod/a --for=condition=Ready --timeout=60s', { seconds: 3 });
    const verdict = story.asks('kubectl wait pod/a --for=condition=Ready --timeout=120s');
    expect(verdict).toMatchObject({ verdict: 'refuse', code: 'sleep-spiral' });
    expect(verdict).toHaveProperty('reason', expect.stringContaining('failed at 3 s; the limit was 60 s'));
  });

  test('failed before it started to wait', () => {
    const story = new Story().fails(`apt-get install -y leader; sleep 60; ${TEST}`, { seconds: 2 });
    expect(story.asks(`apt-get install -y leader; sleep 90; ${TEST}`)).toMatchObject({ verdict: 'refuse' });
  });

  test.each([
    ['exit code 127', { exitCode: 127 }, /program was not found/],
    ['exit code 126', { exitCode: 126 }, /could not be executed/],
    [
      'a finding about a binary',
      { findings: [finding('program-missing', 'binary', 'No bash here.', 'Use sh.')] },
      /No bash here/,
    ],
    [
      'a finding about credentials',
      { findings: [finding('credentials', 'credentials', 'Login failed.', 'Log in.')] },
      /Login failed/,
    ],
    [
      'a finding about a quota',
      { findings: [finding('quota-exceeded', 'quota', 'Quota pods is used up.', 'Ask.')] },
      /Quota/,
    ],
    [
      'a wrong name',
      { findings: [finding('package-unknown', 'config', 'No package caddyy.', 'caddy?')] },
      /caddyy/,
    ],
    [
      '401',
      { exitCode: 0, checks: [failing('http GET http://x/', { class: 'http-401', observed: 'status 401' })] },
      /credentials/,
    ],
  ] as const)('%s', (_what, ending, reason) => {
    const story = new Story().fails(`sleep 30; ${TEST}`, { seconds: 31, ...ending });
    const verdict = longer(story);
    expect(verdict).toMatchObject({ verdict: 'refuse', code: 'sleep-spiral' });
    expect(verdict).toHaveProperty('reason', expect.stringMatching(reason));
    expect(new Story().fails(TEST, { ...ending }).asks(`sleep 5; ${TEST}`)).toMatchObject({
      verdict: 'refuse',
    });
  });

  test('with any hypothesis', () => {
    const story = new Story()
      .fails(`sleep 30; ${TEST}`, { exitCode: 127, seconds: 31 })
      .sees('ev-1', 'observation');
    expect(story.asks(`sleep 60; ${TEST}`, { hypothesis: hypothesis() })).toMatchObject({
      verdict: 'refuse',
    });
  });
});

describe('one hypothesis allows one raise', () => {
  const failed = () => new Story().fails(`sleep 30; ${TEST}`, { seconds: 31 });
  const raise = (seconds: number) => `sleep ${seconds}; ${TEST}`;

  test('passes with evidence newer than the failure', () => {
    expect(failed().sees('ev-1').asks(raise(60), { hypothesis: hypothesis() })).toEqual({ verdict: 'pass' });
  });

  test.each([
    ['no evidence', { evidence: [] }, /must cite evidence/],
    ['evidence that does not exist', { evidence: ['ev-9'] }, /unknown evidence: ev-9/],
    ['no mechanism', { mechanism: 'slow.' }, /mechanism/],
    ['a cause that waiting does not fix', { cause: 'port' }, /does not fix a cause of the kind port/],
  ] as const)('does not pass with %s', (_what, part, reason) => {
    const verdict = failed()
      .sees('ev-1')
      .asks(raise(60), {
        hypothesis: hypothesis({ ...part, evidence: [...('evidence' in part ? part.evidence : ['ev-1'])] }),
      });
    expect(verdict).toMatchObject({ verdict: 'ask', reason: expect.stringMatching(reason) });
  });

  test('does not pass with evidence older than the failure', () => {
    const story = new Story().sees('ev-1').fails(raise(30), { seconds: 31 });
    const verdict = story.asks(raise(60), { hypothesis: hypothesis() });
    expect(verdict).toMatchObject({
      verdict: 'ask',
      reason: expect.stringMatching(/newest evidence is .* old/),
    });
  });

  test.each([
    ['no prediction', [], /1 to 5/],
    [
      'six lines',
      Array.from({ length: 6 }, (_, port) => ({ check: `port ${port}`, before: 'fail' as const })),
      /1 to 5/,
    ],
    ['prose', [{ check: 'it will work' }], /not a typed check/],
    ['a line that already passes', [{ check: 'port 22', before: 'pass' as const }], /pass already/],
  ])('rejects a prediction with %s', (_what, prediction, reason) => {
    const verdict = failed().sees('ev-1').asks(raise(60), { hypothesis: hypothesis(), prediction });
    expect(verdict).toMatchObject({ verdict: 'ask', reason: expect.stringMatching(reason) });
  });

  test('rejects the same explanation again, ignoring figures and word order', () => {
    const story = failed().sees('ev-1');
    story.fails(raise(60), { seconds: 61, hypothesis: hypothesis() }).sees('ev-2');
    const again = hypothesis({
      evidence: ['ev-2'],
      mechanism: 'A new leader is elected only after 30 s, so the lease lasts that.',
    });
    expect(story.asks(raise(90), { hypothesis: again })).toMatchObject({
      reason: expect.stringMatching(/was already tried/),
    });
  });

  test('accepts a new explanation with new evidence', () => {
    const story = failed()
      .sees('ev-1')
      .fails(raise(60), { seconds: 61, hypothesis: hypothesis() })
      .sees('ev-2');
    const other = hypothesis({
      evidence: ['ev-2'],
      mechanism: 'The image of 2 GB is pulled at 10 MB per second.',
    });
    expect(story.asks(raise(240), { hypothesis: other })).toEqual({ verdict: 'pass' });
  });
});

test('asks about what cannot be parsed, but never refuses it', () => {
  const python = (seconds: number): DraftFence[] => [
    {
      lang: 'python',
      text: `import time\ntime.sleep(${seconds})\nmain()\n`,
      attributes: { interpreter: 'python3' },
    },
  ];
  const story = new Story();
  const heard = VALUES.slice(0, 4).map((seconds) => {
    const { verdict } = story.asks(python(seconds));
    if (verdict === 'pass') story.fails(python(seconds), { seconds: 700 });
    return verdict;
  });
  expect(heard).toEqual(['pass', 'ask', 'ask', 'ask']);
});

test('resets its counters when a person resumes the problem', () => {
  const story = new Story().fails(`sleep 5; ${TEST}`, { seconds: 6 });
  expect(story.asks(`sleep 10; ${TEST}`).verdict).toBe('ask');
  expect(story.asks(`sleep 20; ${TEST}`).verdict).toBe('refuse');
  expect(story.resumed().asks(`sleep 20; ${TEST}`).verdict).toBe('pass');
  story.fails(`sleep 20; ${TEST}`, { seconds: 21 });
  expect(story.asks(`sleep 30; ${TEST}`).verdict).toBe('ask');
});

test('gives the figures and what to do next in every answer', () => {
  const story = new Story().fails(`sleep 5; ${TEST}`, { seconds: 6 });
  const ask = story.asks(`sleep 10; ${TEST}`);
  const refusal = story.asks(`sleep 20; ${TEST}`);
  for (const verdict of [ask, refusal]) {
    if (verdict.verdict === 'pass') throw new Error('should not pass');
    expect(verdict.reason).toMatch(/5 s → \d+ s/);
    expect(verdict.evidence[0]).toMatch(/^at-1 failed after/);
    expect(verdict.problem).toMatch(/^p-/);
  }
  expect(ask).toHaveProperty('nextStep', expect.stringMatching(/env_observe.*hypothesis/s));
  expect(refusal).toHaveProperty('nextStep', expect.stringMatching(/escalate.*runbook resume/s));
});

test('ignores ids, titles and comments', () => {
  interface Try {
    readonly seconds: number;
    readonly command: string;
    readonly failed: boolean;
    readonly step: string;
  }
  const run: fc.Arbitrary<Try> = fc.record({
    seconds: fc.constantFrom(0, 5, 10, 60),
    command: fc.constantFrom('a', 'b'),
    failed: fc.boolean(),
    step: fc.constantFrom('one', 'two'),
  });
  const heard = (tries: readonly Try[], plain: boolean) => {
    const story = new Story();
    return tries.map(({ seconds, command, failed, step }, index) => {
      const text = plain
        ? `sleep ${seconds}; ${command}`
        : `# round ${index}\n"sleep"   '${seconds}' # s\n\n${command}`;
      const id = plain ? step : `renamed-${step}`;
      const verdict = story.asks(text, { step: id });
      if (verdict.verdict !== 'pass') return `${verdict.code} ${verdict.verdict}`;
      if (failed) story.fails(text, { step: id, seconds: 100 });
      else story.succeeds(text, { step: id });
      return 'pass';
    });
  };
  fc.assert(
    fc.property(fc.array(run, { maxLength: 10 }), (tries) => {
      expect(heard(tries, false)).toEqual(heard(tries, true));
    }),
  );
});
