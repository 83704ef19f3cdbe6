import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isTelemetryOn, traceContextOf, traceparentOf } from '../../src/telemetry/trace-context.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';

const BUILT = join(import.meta.dirname, '../../dist/bin.js');
const SECRET = 'correct-horse-4711-battery';

/** As in examples/two-terminators: something is in the way, and a recorded Fix removes it. */
const DOCUMENT = `---
runbook: 1
---

# Site

## Inputs

| Name | Kind | Required |
| --- | --- | --- |
| TOKEN | secret | yes |

## Steps

### Leave an obstacle

~~~bash
touch obstacle
printf %s "$TRACEPARENT" > traceparent
~~~

### Write the page

~~~bash
[ "\${TRACEPARENT#*-}" != "$(sed 's/^[^-]*-//' traceparent)" ]
echo "the token is $TOKEN"
curl --version --header "X-Token: $TOKEN" > /dev/null 2>&1 || true
[ ! -e obstacle ] || { echo 'the obstacle is in the way'; exit 1; }
touch page
~~~

Verify:

~~~check
file page exists
~~~

~~~bash
test -n "only-in-a-shell-check"
~~~

## Problems

### The obstacle is in the way

For: write-the-page

Symptom: \`the obstacle is in the way\`

Fix:

~~~bash
rm obstacle
~~~

Verify:

~~~check
file obstacle absent
~~~
`;

async function site(env: Record<string, string>, text = DOCUMENT) {
  const root = await mkdtemp(join(tmpdir(), 'runbook-telemetry-'));
  onTestFinished(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));
  await writeFile(join(root, 'AUTODOCK.md'), text);
  const own = { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box'), TOKEN: SECRET };
  return {
    runbook: (...words: (string | Record<string, string>)[]) =>
      execa(process.execPath, [BUILT, ...words.filter((word) => typeof word === 'string')], {
        cwd: root,
        env: Object.assign({ ...own, ...env }, ...words.filter((word) => typeof word !== 'string')),
        reject: false,
        stdin: 'ignore',
      }),
    read: (name: string) => readFile(join(root, name), 'utf8'),
  };
}

const POLL = { timeout: 30_000, interval: 100 };

describe('a pass with a receiver', () => {
  test('arrives as one trace with every step, the Fix that fired, metrics and logs, and without a secret', async () => {
    const receiver = await otlpReceiver();
    const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { runbook, read } = await site({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=home',
      OTEL_SERVICE_NAME: 'home-server',
      OTEL_RESOURCE_ATTRIBUTES: 'host.rack=attic',
      TRACEPARENT: parent,
    });
    const passed = await runbook('replay', '--yes');
    expect(passed.stdout).toContain('1 fix applied');
    await expect
      .poll(() => receiver.requests.map(({ path }) => path).sort(), POLL)
      .toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
    const { spans } = receiver;
    const named = Object.fromEntries(spans.map((span) => [span.name, span]));
    const { 'RUN Site': root, 'Leave an obstacle': first, 'Write the page': second } = named;
    const fix = named['Fix: The obstacle is in the way'];
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['a'.repeat(32)]));
    expect(root).toMatchObject({
      parentSpanId: 'b'.repeat(16),
      kind: 'SPAN_KIND_SERVER',
      attributes: {
        'cicd.pipeline.name': 'Site',
        'cicd.pipeline.action.name': 'RUN',
        'cicd.pipeline.run.id': expect.stringMatching(/^\d{4}-/),
        'cicd.pipeline.result': 'success',
        'deployment.environment.name': expect.any(String),
      },
    });
    expect(first).toMatchObject({
      parentSpanId: root!.spanId,
      attributes: {
        'cicd.pipeline.task.name': 'leave-an-obstacle',
        'cicd.pipeline.task.run.result': 'success',
      },
    });
    expect(await read('traceparent')).toBe(`00-${'a'.repeat(32)}-${first!.spanId}-01`);
    expect(second!.parentSpanId).toBe(root!.spanId);
    expect(fix).toMatchObject({
      parentSpanId: second!.spanId,
      attributes: { 'runbook.problem.id': 'the-obstacle-is-in-the-way', 'runbook.fix.cleared': true },
    });
    const checks = second!.events.filter(({ name }) => name === 'runbook.check');
    expect(checks.map(({ attributes }) => attributes['runbook.check'])).toContain('file page exists');
    expect(checks.some(({ attributes }) => attributes['runbook.check.kind'] === 'shell')).toBe(true);

    const metric = (name: string) => receiver.metrics.find((each) => each.name === name)?.points[0];
    expect(metric('cicd.pipeline.run.duration')!.attributes).toMatchObject({
      'cicd.pipeline.result': 'success',
    });
    expect(metric('cicd.pipeline.run.active')!.value).toBe(0);
    expect(metric('runbook.last_success')!.value).toBeGreaterThan(1.7e9);
    expect(receiver.logs.find(({ body }) => body.includes('the token is'))).toMatchObject({
      body: expect.stringContaining('[secret:TOKEN]'),
      traceId: 'a'.repeat(32),
      spanId: second!.spanId,
    });
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'home-server', 'host.rack': 'attic' });
    expect(receiver.requests[0]!.headers['x-tenant']).toBe('home');
    const sent = Buffer.concat(receiver.requests.map(({ bytes }) => bytes)).toString('latin1');
    for (const never of [SECRET, 'X-Token', 'only-in-a-shell-check', 'command_args', 'rm obstacle'])
      expect(sent).not.toContain(never);

    const count = spans.length;
    expect(count).toBe(4);
    const again = await runbook('telemetry', 'send', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ spans: count, failures: [] });
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(count);
  });

  test('that failed has the finding as error.type; drift is a metric', async () => {
    const receiver = await otlpReceiver();
    const failing = DOCUMENT.replace('rm obstacle', 'true').replace('touch page', 'no-such-program');
    const { runbook } = await site(
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      failing.replace('|| { echo', '|| true || { echo'),
    );
    expect((await runbook('replay', '--yes')).exitCode).toBe(1);
    await expect.poll(() => receiver.metrics.length, POLL).toBeGreaterThan(0);
    await expect.poll(() => receiver.spans.length, POLL).toBeGreaterThan(0);
    const root = receiver.spans.find(({ name }) => name === 'RUN Site')!;
    expect(root).toMatchObject({
      status: 'STATUS_CODE_ERROR',
      attributes: { 'cicd.pipeline.result': 'failure' },
    });
    const errors = receiver.metrics.find(({ name }) => name === 'cicd.pipeline.run.errors')!.points[0]!;
    expect(errors.attributes['error.type']).toBe(root.attributes['error.type']);
    expect(root.attributes['error.type']).toBe('program-missing');

    const only = {
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${receiver.url}/v1/metrics`,
    };
    const paths = receiver.requests.splice(0).length;
    expect(paths).toBe(3);
    await runbook('telemetry', 'send', only);
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/metrics']);

    await runbook('drift');
    const drift = () => receiver.metrics.find(({ name }) => name === 'runbook.drift.differences')?.points[0];
    await expect.poll(drift, POLL).toMatchObject({ attributes: { 'cicd.pipeline.name': 'Site' } });
  });

  test.each([
    ['hangs', undefined],
    ['refuses', 403],
  ])('that %s ends as it would without one', async (_, status) => {
    const receiver = await otlpReceiver(() => status);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_TIMEOUT: '2000' };
    const { runbook } = await site(env);
    const passed = await runbook('replay', '--yes', '--json');
    expect(passed.exitCode).toBe(0);
    expect(passed.stderr).not.toMatch(/otlp|telemetry/i);
    const sent = await runbook('telemetry', 'send', '--json');
    expect(sent.exitCode).toBe(1);
    expect(JSON.parse(sent.stdout).failures).not.toEqual([]);
  });
});

describe('without a receiver', () => {
  test('nothing is sent, and TRACEPARENT is that of the caller', async () => {
    const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const { runbook, read } = await site(
      { TRACEPARENT: parent },
      DOCUMENT.replace('[ "${TRACEPARENT#*-}" != "$(sed \'s/^[^-]*-//\' traceparent)" ]', 'true'),
    );
    expect((await runbook('replay', '--yes')).exitCode).toBe(0);
    expect(await read('traceparent')).toBe(parent);
    expect(await runbook('telemetry', 'send')).toMatchObject({ exitCode: 64 });
  });

  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'TRUE' }, false],
  ])('%j', (env, on) => expect(isTelemetryOn(env)).toBe(on));
});

test('a TRACEPARENT that is not valid begins a new trace', () => {
  const place = { folder: '/srv', id: '2026' };
  for (const TRACEPARENT of [
    'x',
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ]) {
    const context = traceContextOf({ TRACEPARENT }, place);
    expect(context.parent).toBeUndefined();
    expect(traceparentOf(context, 'step')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  }
  const unsampled = traceContextOf({ TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }, place);
  expect(traceparentOf(unsampled, 'step')).toMatch(/^00-a{32}-.*-00$/);
});
