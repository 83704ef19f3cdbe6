import { describe, expect, test } from 'vitest';
import { failing, hypothesis, Story } from './story.ts';

const explained = { hypothesis: hypothesis() };

describe('the same failure after every action', () => {
  const tried = (...runs: string[]) => runs.reduce((story, run) => story.fails(run), new Story());

  test('asks for an observation and a hypothesis after three different actions', () => {
    const story = tried('a', 'b', 'c');
    const verdict = story.asks('d');
    expect(verdict).toMatchObject({ verdict: 'ask', code: 'circles' });
    expect(verdict).toHaveProperty('reason', expect.stringMatching(/3 different actions.*not observed/));
    expect(story.sees('ev-1').asks('d', explained)).toMatchObject({ verdict: 'ask' });
    expect(story.sees('ev-2', 'observation').asks('d', explained)).toEqual({ verdict: 'pass' });
  });

  test('counts fixes that did not help, under any step id', () => {
    const story = new Story()
      .fails('a')
      .succeeds('f', { step: 'f' })
      .fails('a')
      .succeeds('g', { step: 'g' })
      .fails('a');
    expect(story.asks('a')).toMatchObject({
      verdict: 'ask',
      reason: expect.stringMatching(/3 different actions/),
    });
  });

  test('stops the problem after five, until a person resumes it', () => {
    const story = tried('a', 'b', 'c', 'd', 'e').sees('ev-1', 'observation');
    expect(story.asks('f', explained)).toMatchObject({
      verdict: 'refuse',
      code: 'circles',
      stops: 'problem',
    });
    expect(story.loop.problems).toMatchObject([{ state: 'stopped' }]);
    const again = story.asks('g');
    expect(again).toMatchObject({ verdict: 'refuse', reason: expect.stringMatching(/waits for a person/) });
    expect(story.asks('apt-get install -y jq', { step: 'tools' }).verdict).toBe('pass');
    expect(story.resumed().asks('g').verdict).toBe('pass');
  });

  test('recognizes the problem under a new id, by its action or by the check that failed', () => {
    const checks = [failing('port 443 owner caddy within 5s')];
    const story = new Story();
    for (const run of ['a', 'b', 'c', 'd', 'e']) story.fails(run, { checks });
    story.asks('f');
    expect(story.asks('e', { step: 'renamed' })).toMatchObject({ verdict: 'refuse' });
    expect(story.asks('h', { step: 'new', verify: 'port 443 owner caddy within 60s' })).toMatchObject({
      verdict: 'refuse',
    });
    expect(story.asks('h', { step: 'new', verify: 'port 8080 owner app' })).toEqual({ verdict: 'pass' });
  });
});

describe('is questioned, however it is written', () => {
  test('is asked about, however it is spelt', () => {
    const story = new Story().fails('systemctl restart caddy');
    const verdict = story.asks('# again\nsystemctl   restart "caddy"', { step: 'again' });
    expect(verdict).toMatchObject({
      verdict: 'ask',
      code: 'circles',
      reason: expect.stringMatching(/same action that failed as at-1/),
    });
  });

  test.each([
    ['429', { output: 'error: 429 Too Many Requests' }],
    ['5xx in a check', { checks: [failing('http GET http://x/', { class: 'http-503' })] }],
    ['a reset', { output: 'read: connection reset by peer' }],
    ['a lock', { output: 'E: Could not get lock /var/lib/apt/lists/lock' }],
  ])('allows one retry after %s, but not two', (_what, ending) => {
    const story = new Story().fails('a', ending);
    expect(story.asks('a').verdict).toBe('pass');
    story.fails('a', ending);
    expect(story.asks('a')).toMatchObject({
      verdict: 'ask',
      reason: expect.stringMatching(/one retry did not help/),
    });
  });
});

describe('twelve failures without progress', () => {
  const failures = (count: number, story = new Story()) => {
    for (let n = 0; n < count; n++)
      story.fails(`try-${n}`, { step: `step-${n}`, output: `error: kind ${'abcdefghijklm'[n]}` });
    return story;
  };

  test('stop the box', () => {
    expect(failures(11).asks('x', { step: 'x' }).verdict).toBe('pass');
    expect(failures(12).asks('x', { step: 'x' })).toMatchObject({
      verdict: 'refuse',
      stops: 'box',
      code: 'circles',
    });
  });

  test('are counted from zero after a failed check passes', () => {
    const story = new Story().fails('a', { checks: [failing('port 80 within 5s')] });
    failures(10, story).fails('b', {
      step: 'b',
      checks: [{ ...failing('port 80'), verdict: 'pass' }, failing('port 443')],
    });
    expect(failures(5, story).asks('x', { step: 'x' }).verdict).toBe('pass');
  });

  test('are counted from zero after a failed step succeeds, but not after a new step', () => {
    expect(
      failures(11).succeeds('try-0', { step: 'step-0' }).fails('z', { step: 'z' }).asks('x', { step: 'x' })
        .verdict,
    ).toBe('pass');
    expect(
      failures(11).succeeds('n', { step: 'n' }).fails('z', { step: 'z' }).asks('x', { step: 'x' }),
    ).toMatchObject({ stops: 'box' });
  });

  test('a person resumes', () => {
    expect(failures(12).resumed().asks('x', { step: 'x' }).verdict).toBe('pass');
  });
});
