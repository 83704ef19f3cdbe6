import { describe, expect, test } from 'vitest';
import { type Demand, excesses, type Layer } from '../../src/guard/demand.ts';
import { hypothesis, Story } from './story.ts';

const demand = (part: Partial<Demand> = {}, limits = {}, requests = {}): Demand => ({
  object: 'deployment/app',
  replicas: 2,
  surge: '0',
  containers: [
    {
      name: 'app',
      limits: { cpu: '500m', memory: '512Mi', ...limits },
      requests: { cpu: '100m', memory: '256Mi', ...requests },
    },
  ],
  ...part,
});
const sum = (
  hard: Record<string, string>,
  used: Record<string, string> = {},
  name = 'ResourceQuota argo/quota',
): Layer => ({
  ...{ kind: 'sum', name, hard, used },
});
const range = (part: Partial<Extract<Layer, { kind: 'limit-range' }>>): Layer => ({
  ...{
    kind: 'limit-range',
    name: 'LimitRange argo/limits',
    default: {},
    defaultRequest: {},
    min: {},
    max: {},
    maxRatio: {},
  },
  ...part,
});
const over = (given: Demand, ...layers: Layer[]) =>
  excesses(given, layers).map(
    (each) =>
      `${each.resource}: ${each.requested}, ${each.used ?? 0} used, ${each.hard}${each.known ? '' : ' (unknown)'}`,
  );

describe('requests that fit', () => {
  test.each<[string, Demand, Layer]>([
    ['exactly', demand(), sum({ 'limits.memory': '1Gi', 'requests.cpu': '200m', pods: '2' })],
    ['next to what is used', demand(), sum({ 'limits.memory': '4Gi' }, { 'limits.memory': '3Gi' })],
    ['a resource without a quota', demand(), sum({ 'services.nodeports': '0' })],
    [
      'a pod on the largest node',
      demand({ replicas: 50 }),
      { kind: 'node', name: 'node-1', free: { cpu: '200m', memory: '1Gi' } },
    ],
    [
      'a container within its range',
      demand(),
      range({ min: { cpu: '50m' }, max: { cpu: '1', memory: '1Gi' }, maxRatio: { cpu: '5' } }),
    ],
    [
      'defaults for missing values',
      demand({ containers: [{ name: 'a', limits: {}, requests: {} }] }),
      range({ default: { cpu: '1' }, max: { cpu: '1' } }),
    ],
  ])('%s', (_what, given, layer) => {
    expect(over(given, layer)).toEqual([]);
  });
});

describe('requests that do not fit', () => {
  test.each<[string, Demand, readonly Layer[], string[]]>([
    [
      'replicas',
      demand({ replicas: 3 }),
      [sum({ 'limits.memory': '1Gi' })],
      ['limits.memory: 1.5Gi, 0 used, 1Gi'],
    ],
    ['surge in a rollout', demand({ surge: '25%' }), [sum({ pods: '2' })], ['pods: 3, 0 used, 2']],
    [
      'surge as a number',
      demand({ surge: '1' }),
      [sum({ 'requests.cpu': '250m' })],
      ['requests.cpu: 300m CPU, 0 used, 250m'],
    ],
    [
      'already used resources',
      demand(),
      [sum({ 'limits.memory': '2Gi' }, { 'limits.memory': '1536Mi' })],
      ['limits.memory: 1Gi, 1536Mi used, 2Gi'],
    ],
    ['cpu means requests.cpu', demand(), [sum({ cpu: '100m' })], ['cpu: 200m CPU, 0 used, 100m']],
    [
      'a container above its range',
      demand(),
      [range({ max: { memory: '256Mi' } })],
      ['memory: 512Mi, 0 used, 256Mi'],
    ],
    [
      'a container below its range',
      demand(),
      [range({ min: { cpu: '200m' } })],
      ['minimum cpu: 100m, 0 used, 200m'],
    ],
    [
      'limit against request',
      demand(),
      [range({ maxRatio: { cpu: '4' } })],
      ['limit ÷ request of cpu: 5, 0 used, 4'],
    ],
    [
      'no node is large enough',
      demand({}, {}, { memory: '8Gi' }),
      [{ kind: 'node', name: 'n', free: { memory: '4Gi' } }],
      ['memory: 8Gi, 0 used, 4Gi'],
    ],
    [
      'defaults that are then summed up',
      demand({ containers: [{ name: 'a', limits: {}, requests: {} }] }),
      [range({ default: { memory: '1Gi' } }), sum({ 'limits.memory': '1Gi' })],
      ['limits.memory: 2Gi, 0 used, 1Gi'],
    ],
    [
      'an undeclared resource under a quota',
      demand({ containers: [{ name: 'a', limits: {}, requests: {} }] }),
      [sum({ 'limits.cpu': '20' })],
      ['limits.cpu: not declared, 0 used, 20'],
    ],
    [
      'every layer that is too small, innermost first',
      demand(),
      [sum({ pods: '1' }, {}, 'inner'), sum({ pods: '10' }, {}, 'vcluster'), sum({ pods: '1' }, {}, 'host')],
      ['pods: 2, 0 used, 1', 'pods: 2, 0 used, 1'],
    ],
    [
      'an invalid quantity is unknown',
      demand({}, { memory: 'lots' }),
      [sum({ 'limits.memory': '1Gi' })],
      ['limits.memory: not a quantity, 0 used, 1Gi (unknown)'],
    ],
  ])('%s', (_what, given, layers, expected) => {
    expect(over(given, ...layers)).toEqual(expected);
  });
});

describe('the guard', () => {
  const asks = (given: Demand, layer: Layer, part = {}) =>
    new Story()
      .sees('ev-1')
      .asks('kubectl apply -f app.yaml', { demands: [{ demand: given, layers: [layer] }], ...part });

  test('passes what fits', () => {
    expect(asks(demand(), sum({ pods: '5' }))).toEqual({ verdict: 'pass' });
  });

  test('refuses with the figures, the layer and what to do next', () => {
    const verdict = asks(demand({ replicas: 30 }), sum({ pods: '20' }, { pods: '4' }, 'vcluster quota'));
    expect(verdict).toMatchObject({
      ...{ verdict: 'refuse', code: 'nested-limits' },
      reason: 'deployment/app does not fit: pods 30 requested, 4 used, 20 allowed by vcluster quota.',
      nextStep: expect.stringMatching(/Request less.*raise vcluster quota/),
    });
  });

  test('asks if it is unknown, and passes with a hypothesis', () => {
    const vague = demand({}, { memory: 'lots' });
    const layer = sum({ 'limits.memory': '1Gi' });
    expect(asks(vague, layer)).toMatchObject({ verdict: 'ask' });
    expect(asks(vague, layer, { hypothesis: hypothesis() })).toEqual({ verdict: 'pass' });
  });
});
