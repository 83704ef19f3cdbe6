import { describe, expect, test } from 'vitest';
import type { FindingRow } from '../../src/loop/attempt.ts';
import type { Hypothesis } from '../../src/loop/hypothesis.ts';
import { finding, hypothesis, Story } from './story.ts';

const RUN = './integration-tests.sh';
const noBash = finding(
  'interpreter-missing',
  'binary',
  'The image has no /bin/bash; the entrypoint dies silently.',
  'Use #!/bin/sh.',
);
const wrongInit = finding(
  'variable-unset',
  'config',
  'Both tests read CLUSTER_ID, which is never set.',
  'Set it once, before both.',
);
const blocked = finding(
  'loopback-only',
  'config',
  'The port is bound on 127.0.0.1 only.',
  'Bind it on 0.0.0.0.',
);

const failed = (...findings: FindingRow[]) =>
  new Story().fails(RUN, { findings }).sees('ev-1', 'observation');
const theory = (mechanism: string, cause: Hypothesis['cause'] = 'platform') =>
  ({ step: 'theory', hypothesis: hypothesis({ mechanism, cause }) }) as const;

describe('the quotations of scenario D', () => {
  test.each([
    ['platform', 'Kernel-level mutex contention during RST packet processing', noBash],
    ['timing', 'Kernel-level mutex contention during RST packet processing', noBash],
    ['other', 'Kernel-level mutex contention during RST packet processing', noBash],
    ['platform', 'The API server was slow in this run', wrongInit],
    ['timing', 'The API server was slow in this run', wrongInit],
    ['dependency', 'An overloaded API server answers late', wrongInit],
    ['network', 'Network partition between nodes', blocked],
    ['timing', 'A network partition between the nodes delays the election', blocked],
    ['other', 'Packet loss on the overlay', blocked],
    ['timing', 'The test is flaky', wrongInit],
    ['other', 'It failed by chance, a glitch of the scheduler', wrongInit],
    ['resources', 'A noisy neighbour on the hypervisor takes the CPU', noBash],
  ] as const)('as %s: %s', (cause, mechanism, found) => {
    const verdict = failed(found).asks('sysctl -w net.core.somaxconn=4096', theory(mechanism, cause));
    expect(verdict).toMatchObject({ verdict: 'refuse', code: 'exotic-explanation' });
    expect(verdict).toHaveProperty('reason', expect.stringContaining(found.title));
    expect(verdict).toHaveProperty('nextStep', expect.stringContaining(found.remedy));
    expect(verdict).toHaveProperty('evidence', expect.arrayContaining(found.evidence));
  });

  test('asks about limits that were raised without a measurement', () => {
    const verdict = failed(noBash).asks(
      'docker run --memory 8g app',
      theory('CPU and memory are scarce', 'resources'),
    );
    expect(verdict).toEqual({ verdict: 'pass' });
    const raised = new Story()
      .fails('docker run --memory 2g --cpus 1 app')
      .asks('docker run --memory 8g --cpus 4 app');
    expect(raised).toMatchObject({ verdict: 'ask', code: 'limit-raise' });
  });
});

test('ignores findings that only say how it ended', () => {
  const ended = finding('timed-out', 'timing', 'It was ended by its time limit.', 'See what it waited for.');
  expect(failed(ended).asks('x', theory('The kernel has no br_netfilter loaded.'))).toEqual({
    verdict: 'pass',
  });
});

test('keeps a finding until a later observation no longer has it', () => {
  const story = failed(blocked);
  const about = theory('The firewall drops the packets.', 'platform');
  expect(story.asks('x', about).verdict).toBe('refuse');
  story.sees('ev-2', 'observation', { findings: [blocked] });
  expect(story.asks('x', about).verdict).toBe('refuse');
  story.sees('ev-3', 'observation', { findings: [] });
  expect(story.asks('x', about).verdict).toBe('pass');
});

test('asks for what the checklist could not check, because unknown is not the same as absent', () => {
  const story = new Story().fails(RUN, { unchecked: ['credentials', 'quota'] }).sees('ev-1', 'observation');
  const verdict = story.asks('x', theory('The kernel is too old for this.'));
  expect(verdict).toMatchObject({ verdict: 'ask', reason: expect.stringContaining('credentials, quota') });
  story.sees('ev-2', 'observation', { findings: [], unchecked: ['quota'] });
  expect(story.asks('x', theory('The kernel is too old for this.'))).toMatchObject({
    verdict: 'ask',
    evidence: ['at-1: quota is unknown'],
  });
  story.sees('ev-3', 'observation', { findings: [], unchecked: [] });
  expect(story.asks('x', theory('The kernel is too old for this.')).verdict).toBe('pass');
});

describe('a network theory needs a connection matrix with a row from outside', () => {
  const network = theory('A firewall drops port 443.', 'network');

  test('none', () => {
    expect(failed().asks('x', network)).toMatchObject({
      verdict: 'ask',
      reason: expect.stringMatching(/no connection matrix/),
    });
  });

  test('only rows of the box itself', () => {
    const verdict = failed().sees('ev-2', 'connect', { vantage: 'box', result: 'open' }).asks('x', network);
    expect(verdict).toMatchObject({
      verdict: 'ask',
      evidence: ['ev-2'],
      nextStep: expect.stringMatching(/escalate/),
    });
  });

  test('a row from before the failure', () => {
    const story = new Story().sees('ev-0', 'connect', { vantage: 'laptop' }).fails(RUN).sees('ev-1');
    expect(story.asks('x', network).verdict).toBe('ask');
  });

  test('a row from outside', () => {
    expect(
      failed().sees('ev-2', 'connect', { vantage: 'laptop', result: 'timeout' }).asks('x', network).verdict,
    ).toBe('pass');
  });
});

test('allows any theory without an unsolved failure', () => {
  const story = failed(noBash).succeeds(RUN);
  expect(story.asks('x', theory('Kernel-level mutex contention.')).verdict).toBe('pass');
});
