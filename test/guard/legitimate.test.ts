import { expect, test } from 'vitest';
import type { DraftFence } from '../../src/loop/attempt.ts';
import { failing, finding, hypothesis, Story } from './story.ts';

const APP = 'systemctl restart app && curl -fsS http://127.0.0.1:8080/healthz';
const WAIT = 'kubectl -n argo wait --for=condition=Ready pod -l app=argo --timeout=';
const yaml = (text: string): DraftFence[] => [{ lang: 'yaml', text, attributes: { apply: 'kubernetes' } }];
const deployment = (memory: string, rest = '') =>
  yaml(
    `kind: Deployment\nspec: {containers: [{name: app, image: app:1, resources: {limits: {memory: ${memory}${rest}}}}]}\n`,
  );
const python = (seconds: number): DraftFence[] => [
  { lang: 'python', text: `import time\ntime.sleep(${seconds})\n`, attributes: { interpreter: 'python3' } },
];
const ready = (observed: string, part = {}) =>
  failing('k8s deployment/argo-server -n argo ready', {
    observed,
    expected: '3 of 3 ready',
    class: 'not-ready',
    ...part,
  });
const oom = finding(
  'oom-killed',
  'resources',
  'The kernel killed app because memory ran out.',
  'Give it more memory.',
);
const story = () => new Story();

/** Each one plays a session up to an attempt that must pass without a question. */
const LEGITIMATE: Record<string, () => ReturnType<Story['asks']>> = {
  // Legitimate waits.
  'a first wait of ten minutes': () => story().asks(`sleep 600; ${APP}`),
  'a wait on a new box': () => story().asks(`${WAIT}10m`),
  'a step that waits for an event': () =>
    story().asks('kubectl wait --for=condition=Established crd/workflows.argoproj.io --timeout=5m'),
  'the first within': () =>
    story()
      .fails(APP, { verify: 'tcp 127.0.0.1:8080 open' })
      .asks(APP, { verify: 'tcp 127.0.0.1:8080 open within 30s' }),
  'the first sleep': () => story().fails(APP).asks(`${APP}; sleep 5`),
  'a new time limit': () =>
    story().fails('make build', { status: 'timed_out' }).asks('timeout 600 make build'),
  'a new connect timeout': () =>
    story().fails('curl -fsS http://x.internal/').asks('curl -fsS --connect-timeout 5 http://x.internal/'),
  'a shorter wait': () =>
    story()
      .fails(`sleep 60; ${APP}`)
      .succeeds('systemctl reset-failed app', { step: 'reset' })
      .asks(`sleep 10; ${APP}`),
  'the same wait after a fix': () =>
    story()
      .fails(`${WAIT}60s`)
      .succeeds('kubectl -n argo rollout restart deploy/argo', { step: 'restart' })
      .asks(`${WAIT}60s`),
  'polling every second instead of every ten': () =>
    story()
      .fails(`for i in {1..6}; do ${APP} && break; sleep 10; done`, { seconds: 60 })
      .succeeds('x', { step: 'x' })
      .asks(`for i in {1..60}; do ${APP} && break; sleep 1; done`),
  'an event instead of a sleep': () =>
    story()
      .fails(`sleep 60; kubectl -n argo get pod argo | grep Running`, { seconds: 61 })
      .asks(`${WAIT}120s`),
  'within instead of a sleep': () =>
    story()
      .fails(`systemctl restart app; sleep 20`, { verify: 'tcp 127.0.0.1:8080 open' })
      .asks('systemctl restart app', { verify: 'tcp 127.0.0.1:8080 open within 20s' }),
  'a longer wait with a different action': () =>
    story()
      .fails(`${WAIT}60s`, { seconds: 60 })
      .asks(`kubectl -n argo set image deploy/argo argo=argo:3.5; ${WAIT}5m`),
  'a longer wait for a different object': () =>
    story()
      .fails(`${WAIT}60s`, { seconds: 60 })
      .asks('kubectl -n argo wait --for=condition=Available deploy/argo-server --timeout=5m'),
  'a longer wait for a different address': () =>
    story().fails('curl -m 5 http://a.internal/').asks('curl -m 30 http://b.internal/'),
  'a longer wait in a step that worked': () => story().succeeds(`${WAIT}60s`).asks(`${WAIT}5m`),
  'a longer wait, after it worked in between': () =>
    story().fails(`${WAIT}60s`, { seconds: 60 }).succeeds(`${WAIT}60s`).asks(`${WAIT}5m`),
  'a longer deadline of a new check': () =>
    story()
      .fails(APP, { verify: 'port 8080 within 5s' })
      .asks(APP, { verify: 'port 8080 within 5s\nhttp GET http://127.0.0.1:8080/ within 2m' }),
  'a restore of many gigabytes, explained': () =>
    story()
      .fails('timeout 600 restic restore latest --target /srv', { seconds: 600, exitCode: 124 })
      .sees('ev-1', 'output', { rate: '40 MB/s' })
      .asks('timeout 7200 restic restore latest --target /srv', {
        hypothesis: hypothesis({
          cause: 'timing',
          mechanism: 'The backup holds 200 GB and restores at 40 MB per second.',
        }),
      }),
  'an image of two gigabytes, explained': () =>
    story()
      .fails(`${WAIT}60s`, { seconds: 60 })
      .sees('ev-1', 'event', { reason: 'Pulling' })
      .asks(`${WAIT}10m`, {
        hypothesis: hypothesis({
          cause: 'dependency',
          mechanism: 'The image is still being pulled, 2 GB at 10 MB per second.',
        }),
      }),
  'a database migration, explained after being asked': () => {
    const told = story().fails('timeout 60 ./migrate.sh', { seconds: 60, exitCode: 124 });
    told.asks('timeout 900 ./migrate.sh');
    return told.sees('ev-1', 'output').asks('timeout 900 ./migrate.sh', {
      hypothesis: hypothesis({
        mechanism: 'The table has 90 million rows and 1 million are rewritten in a second.',
      }),
    });
  },
  'replicas that come up one after another': () =>
    story()
      .fails(`${WAIT}60s`, { seconds: 60, exitCode: 0, checks: [ready('1 of 3 ready')] })
      .succeeds('true', { step: 'x' })
      .fails(`${WAIT}60s`, { seconds: 60, exitCode: 0, checks: [ready('2 of 3 ready')] })
      .asks(`${WAIT}120s`),
  'replicas that came up while it waited': () =>
    story()
      .fails(`${WAIT}60s`, {
        seconds: 60,
        exitCode: 0,
        checks: [ready('2 of 3 ready', { observedFirst: '0 of 3 ready' })],
      })
      .asks(`${WAIT}120s`),
  'a fact that approaches its expected value': () =>
    story()
      .fails('./reindex.sh --timeout 60', {
        seconds: 60,
        exitCode: 0,
        checks: [
          failing('fact indexed >= 1000', {
            observed: '700',
            expected: '>= 1000',
            class: 'differs',
            observedFirst: '100',
          }),
        ],
      })
      .asks('./reindex.sh --timeout 120'),
  'a different failure than before': () =>
    story()
      .fails(`${WAIT}60s`, { seconds: 60, output: 'error: timed out' })
      .succeeds(`${WAIT}60s`)
      .fails('kubectl get x')
      .asks(`${WAIT}5m`),
  'python that sleeps for the first time': () => story().asks(python(60)),
  // Raises of limits that were measured, and changes that are not raises.
  'memory after an OOM kill': () =>
    story()
      .fails(deployment('512Mi'), { exitCode: 137, findings: [oom] })
      .asks(deployment('1Gi')),
  'memory after OOM kills counted in the cgroup': () =>
    story()
      .fails(deployment('512Mi'))
      .sees('ev-1', 'limit', { name: 'memory', hits: 3 })
      .asks(deployment('1Gi')),
  'memory a second time, after a second kill': () =>
    story()
      .fails(deployment('512Mi'), { findings: [oom] })
      .fails(deployment('1Gi'), { findings: [oom] })
      .asks(deployment('2Gi')),
  'the heap after it ran out': () =>
    story()
      .fails('java -Xmx512m -jar app.jar', {
        findings: [finding('out-of-memory', 'resources', 'Memory ran out in the heap.', 'Raise it.')],
      })
      .asks('java -Xmx2g -jar app.jar'),
  'CPU while throttled in half of the periods': () =>
    story()
      .fails('docker run --cpus 1 app')
      .sees('ev-1', 'limit', { name: 'cpu', hits: 50, periods: 100 })
      .asks('docker run --cpus 2 app'),
  'storage after the disk was full': () =>
    story()
      .fails('lvcreate --size 5G data; ./load.sh --disk-size 5G', {
        findings: [finding('disk-full', 'resources', '/srv is full.', 'Free space.')],
      })
      .asks('lvcreate --size 5G data; ./load.sh --disk-size 20G'),
  'a first limit': () => story().fails('docker run app').asks('docker run --memory 1g app'),
  'a smaller limit': () => story().fails(deployment('1Gi')).asks(deployment('512Mi')),
  'a limit of something that works': () => story().succeeds(deployment('512Mi')).asks(deployment('1Gi')),
  'a limit together with another image': () =>
    story()
      .fails(deployment('512Mi'))
      .asks(
        yaml(
          'kind: Deployment\nspec: {containers: [{name: app, image: app:2, resources: {limits: {memory: 1Gi}}}]}\n',
        ),
      ),
  'more replicas': () =>
    story()
      .fails(yaml('kind: Deployment\nspec: {replicas: 1}\n'))
      .asks(yaml('kind: Deployment\nspec: {replicas: 3}\n')),
  // Network and platform theories with evidence.
  'a blocked port, with a row from outside': () =>
    story()
      .fails(APP, { output: 'error: timed out' })
      .sees('ev-1', 'connect', { vantage: 'box', host: '10.0.0.5', port: 443, result: 'open' })
      .sees('ev-2', 'connect', { vantage: 'laptop', host: '10.0.0.5', port: 443, result: 'timeout' })
      .asks('ufw allow 443/tcp', {
        step: 'firewall',
        hypothesis: hypothesis({
          cause: 'network',
          mechanism: 'The security group drops port 443.',
          evidence: ['ev-1', 'ev-2'],
        }),
      }),
  'a network fault after the ordinary finding is resolved': () =>
    story()
      .fails(APP, {
        findings: [finding('service-not-started', 'dependency', 'app is not started.', 'Start it.')],
      })
      .sees('ev-0', 'observation', { findings: [] })
      .sees('ev-1', 'connect', { vantage: 'laptop', host: '10.0.0.5', port: 443, result: 'timeout' })
      .asks('ufw allow 443/tcp', {
        step: 'firewall',
        hypothesis: hypothesis({ cause: 'network', mechanism: 'The firewall drops port 443.' }),
      }),
  'a kernel module, with a clean checklist': () =>
    story()
      .fails(APP)
      .sees('ev-1', 'observation')
      .asks('modprobe br_netfilter', {
        step: 'module',
        hypothesis: hypothesis({ cause: 'platform', mechanism: 'The kernel has no br_netfilter loaded.' }),
      }),
  'an ordinary cause that mentions the kernel': () =>
    story()
      .fails(APP, {
        findings: [finding('config-key-unknown', 'config', 'sysctl key is misspelt.', 'Fix it.')],
      })
      .sees('ev-1', 'observation')
      .asks('sysctl -w net.ipv4.ip_forward=1', {
        step: 'sysctl',
        hypothesis: hypothesis({
          cause: 'config',
          mechanism: 'The kernel setting is misspelt in sysctl.conf.',
        }),
      }),
  'a DNS server that is down, as a finding says': () =>
    story()
      .fails(APP, {
        findings: [
          finding('name-not-resolved', 'network', 'The name db.internal does not resolve.', 'Check DNS.'),
        ],
      })
      .sees('ev-1', 'connect', { vantage: 'gateway', host: '10.0.0.2', port: 53, result: 'refused' })
      .asks('systemctl restart unbound', {
        step: 'dns',
        hypothesis: hypothesis({ cause: 'network', mechanism: 'The DNS server does not answer on port 53.' }),
      }),
  // Retries.
  'one retry after 429': () =>
    story()
      .fails('docker pull app:1', { output: 'error: toomanyrequests: 429 Too Many Requests' })
      .asks('docker pull app:1'),
  'one retry after 503': () =>
    story().fails(APP, { output: 'curl: (22) The requested URL returned error: 503' }).asks(APP),
  'one retry after a reset': () =>
    story().fails('apt-get update', { output: 'E: Connection reset by peer' }).asks('apt-get update'),
  'one retry after a lock': () =>
    story()
      .fails('apt-get install -y caddy', { output: 'E: Could not get lock /var/lib/dpkg/lock-frontend' })
      .asks('apt-get install -y caddy'),
  'the same action after a fix': () =>
    story().fails(APP).succeeds('systemctl stop nginx', { step: 'nginx' }).asks(APP),
  'the same action after someone changed the box': () =>
    story()
      .fails(APP)
      .asks(APP, { changedSince: ['package caddy added'] }),
  'the same action with other inputs': () => story().fails(APP).asks(APP, { inputs: 'other' }),
  'the same action, explained': () =>
    story().fails(APP).sees('ev-1', 'observation').asks(APP, { hypothesis: hypothesis() }),
  'a third different fix': () => story().fails('a').fails('b').asks('c'),
  'a fourth action, after an observation and with an explanation': () =>
    story()
      .fails('a')
      .fails('b')
      .fails('c')
      .sees('ev-1', 'observation')
      .asks('d', { hypothesis: hypothesis() }),
  'an independent step while a problem is stopped': () => {
    const told = story().fails('a').fails('b').fails('c').fails('d').fails('e');
    told.asks('f');
    return told.asks('apt-get install -y jq', { step: 'tools' });
  },
  'other work between failures, in any amount': () => {
    const told = story().fails(APP);
    for (const step of ['a', 'b', 'c', 'd', 'e', 'f']) told.succeeds(`install ${step}`, { step });
    return told.fails(APP).asks('systemctl stop nginx', { step: 'nginx' });
  },
};

test('covers at least forty cases', () => {
  expect(Object.keys(LEGITIMATE).length).toBeGreaterThanOrEqual(40);
});

test.each(Object.entries(LEGITIMATE))('%s passes', (_name, attempt) => {
  expect(attempt()).toEqual({ verdict: 'pass' });
});
