import { describe, expect, test } from 'vitest';
import { finding, Story } from './story.ts';

const app = (memory: string) => `docker run --rm --memory ${memory} app`;

describe('a raise without a measurement', () => {
  test.each([
    ['docker --memory', app('1g'), app('2g'), /memory: 1Gi → 2Gi/],
    ['docker -m', 'docker run -m 512m app', 'docker run -m 1g app', /512Mi → 1Gi/],
    ['docker --cpus', 'docker run --cpus 1 app', 'docker run --cpus=2 app', /cpu: 1 CPU → 2 CPU/],
    [
      'kubectl set resources',
      'kubectl set resources deploy/a --limits=cpu=500m',
      'kubectl set resources deploy/a --limits=cpu=1',
      /500m CPU → 1 CPU/,
    ],
    [
      'helm --set',
      'helm upgrade a ./a --set resources.limits.memory=1Gi',
      'helm upgrade a ./a --set resources.limits.memory=4Gi',
      /1Gi → 4Gi/,
    ],
    ['the heap', 'java -Xmx1g -jar a.jar', 'java -Xmx4g -jar a.jar', /1Gi → 4Gi/],
    [
      'a patch',
      `kubectl patch deploy/a -p '{"limits":{"memory":"1Gi"}}'`,
      `kubectl patch deploy/a -p '{"limits":{"memory":"2Gi"}}'`,
      /1Gi → 2Gi/,
    ],
    [
      'a here-document',
      'kubectl apply -f - <<E\nlimits: {memory: 1Gi}\nkind: Pod\nE',
      'kubectl apply -f - <<E\nkind: Pod\nlimits: {memory: 2Gi}\nE',
      /1Gi → 2Gi/,
    ],
    ['removing a limit', app('1g'), 'docker run --rm app', /1Gi → no limit/],
  ])('%s: asked, then refused', (_what, before, after, reason) => {
    const story = new Story().fails(before);
    expect(story.asks(after)).toMatchObject({
      verdict: 'ask',
      code: 'limit-raise',
      reason: expect.stringMatching(reason),
    });
    expect(story.asks(after, { step: 'other-id' })).toMatchObject({ verdict: 'refuse', code: 'limit-raise' });
  });
});

test('allows one raise per measurement', () => {
  const oom = finding('oom-killed', 'resources', 'The kernel killed app.', 'Give it more memory.');
  const story = new Story().fails(app('1g'), { findings: [oom] });
  expect(story.asks(app('2g')).verdict).toBe('pass');
  story.fails(app('2g'), { findings: [oom] });
  expect(story.asks(app('4g')).verdict).toBe('pass');
  const unmeasured = new Story().fails(app('1g')).sees('ev-1', 'limit', { name: 'memory', hits: 2 });
  expect(unmeasured.asks(app('2g')).verdict).toBe('pass');
  unmeasured.fails(app('2g'));
  expect(unmeasured.asks(app('4g')).verdict).toBe('ask');
});

test.each([
  ['an OOM kill, for CPU', 'limit', { name: 'memory', hits: 2 }],
  ['few throttled periods', 'limit', { name: 'cpu', hits: 10, periods: 100 }],
  ['a limit that was never hit', 'limit', { name: 'cpu', hits: 0, periods: 0 }],
])('%s is not a relevant measurement', (_what, kind, data) => {
  const story = new Story().fails('docker run --cpus 1 app').sees('ev-1', kind, data);
  expect(story.asks('docker run --cpus 2 app')).toMatchObject({
    verdict: 'ask',
    reason: expect.stringMatching(/throttling/),
  });
});
