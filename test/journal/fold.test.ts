import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttemptStatus, ChangeRow, CheckRow, StepBody } from '../../src/loop/attempt.ts';
import { type Fold, type FoldInput, fold } from '../../src/loop/fold.ts';
import { LoopEntry, type LoopRecord } from '../../src/loop/loop.ts';
import { loopState } from '../../src/loop/loop-state.ts';
import { problemId } from '../../src/loop/problem-life.ts';

/** A session, played in order and folded as env_save does. */
class Session {
  readonly #records: LoopRecord[] = [];
  readonly #documented: Set<string>;
  #count = 0;

  constructor(...documented: string[]) {
    this.#documented = new Set(documented);
  }

  /** One attempt: a step's id and text, and its result. */
  runs(step: string, text: string, part: Part = {}): this {
    const {
      source = 'draft',
      status = 'succeeded',
      checks = [['up', 'pass']],
      changed = [],
      after,
      fingerprint,
    } = part;
    const attempt = part.attempt ?? `at-${++this.#count}`;
    const rows = checks.map(([check, verdict]) => ({
      check,
      verdict,
      class: 'x',
      observed: '',
      expected: '',
    }));
    const verify = part.noVerify ? [] : [{ lang: 'check', text: 'up', attributes: {} }];
    const body: StepBody = {
      title: step,
      why: '',
      run: [{ lang: 'bash', text, attributes: {} }],
      verify,
      undo: [],
      ...(after && { after }),
    };
    this.#add({
      kind: 'attempt-started',
      ...{ attempt, job: 'j', step, box: 'box', source, body, form: text },
    });
    if (status === 'running') return this;
    return this.#add({
      ...{
        kind: 'attempt-ended',
        attempt,
        status,
        durationMs: 1,
        actedMs: 1,
        exitCode: 0,
        checks: part.noVerify ? [] : rows,
        changed,
        fingerprint,
      },
      prediction: part.before?.map(([check, before]) => ({ check, before })) ?? [],
    });
  }

  fails(step: string, text: string, fingerprint = 'x', part: Part = {}): this {
    return this.runs(step, text, { status: 'failed', fingerprint, checks: [['up', 'fail']], ...part });
  }

  resolves(fingerprint = 'x', fix?: string[]): this {
    return this.#add({
      kind: 'problem',
      problem: problemId('box', fingerprint),
      move: { to: 'resolved', why: 'Because.', fix },
    });
  }

  drops(fingerprint = 'x'): this {
    return this.#add({
      kind: 'problem',
      problem: problemId('box', fingerprint),
      move: { to: 'dropped', reason: 'r' },
    });
  }

  undoes(attempt: string): this {
    return this.#add({ kind: 'attempt-undone', attempt });
  }

  saves({ settled }: Fold): this {
    return this.#add({ kind: 'saved', ...settled });
  }

  folded(unaccounted: readonly string[] = []) {
    const { attempts, problems } = loopState(this.#records);
    const input: FoldInput = { attempts, problems, documented: this.#documented, unaccounted };
    return fold(input);
  }

  #add(entry: object): this {
    const seq = this.#records.length + 1;
    this.#records.push({ ...LoopEntry.parse(entry), seq, at: seq });
    return this;
  }
}

interface Part {
  readonly attempt?: string;
  readonly source?: 'step' | 'draft' | 'revision';
  readonly status?: AttemptStatus;
  readonly checks?: readonly (readonly [string, CheckRow['verdict']])[];
  readonly before?: readonly (readonly [string, CheckRow['verdict']])[];
  readonly changed?: readonly ChangeRow[];
  readonly after?: string;
  readonly fingerprint?: string;
  readonly noVerify?: boolean;
}

const change = (subject: string, kind: ChangeRow['kind'] = 'added', after = 'v1'): ChangeRow => ({
  ...{ scope: 'packages', kind, subject, detail: '', after: kind === 'removed' ? '' : after, evidence: [] },
});
const text = (body: StepBody) => body.run[0]!.text;

/** A small version of story A: nginx holds port 80, Caddy fails, nginx is stopped, Caddy starts. */
const twin = () =>
  new Session()
    .runs('install', 'apt-get install -y nginx caddy')
    .fails('caddy', 'caddy start')
    .runs('remove-nginx', 'apt-get remove -y nginx', {
      checks: [['not port 80 owner nginx', 'pass']],
      before: [['not port 80 owner nginx', 'fail']],
    })
    .runs('caddy', 'caddy start', {
      checks: [
        ['up', 'pass'],
        ['not port 80 owner nginx', 'pass'],
      ],
    });

describe('story A, small', () => {
  test('two steps, one problem before the second, with its Fix and its Verify', () => {
    const { steps, problems, notSaved, withheld, next } = twin().resolves().folded();
    expect(steps.map((each) => [each.step, each.kind, each.after])).toEqual([
      ['install', 'new', undefined],
      ['caddy', 'new', 'install'],
    ]);
    expect(problems).toMatchObject([
      {
        ...{ for: 'caddy', placement: 'before', revised: [] },
        fix: [{ step: 'remove-nginx' }],
        verify: [{ check: 'not port 80 owner nginx', failedBefore: 'yes', holdsAfter: 'yes' }],
      },
    ]);
    expect([notSaved, withheld, next]).toEqual([[], [], 'save']);
  });

  test('blocks saving without its Why, and is named', () => {
    const { withheld, problems, settled, next } = twin().folded();
    expect(withheld).toEqual([{ problem: problemId('box', 'x'), for: 'caddy', fix: ['at-3'] }]);
    expect([problems, settled, next]).toEqual([[], { attempts: [], problems: [] }, 'resolve']);
  });

  test('leaves nothing to save after a save', () => {
    const session = twin().resolves();
    expect(session.saves(session.folded()).folded()).toMatchObject({
      steps: [],
      problems: [],
      notSaved: [],
      next: 'nothing',
    });
  });
});

describe('steps', () => {
  test('keeps the last successful body at the place of its first success', () => {
    const { steps } = new Session()
      .runs('a', 'one')
      .runs('b', 'b')
      .runs('a', 'two')
      .fails('a', 'three')
      .folded();
    expect(steps.map((each) => [each.step, text(each.body), each.after])).toEqual([
      ['a', 'two', undefined],
      ['b', 'b', 'a'],
    ]);
  });

  test('follows the step that the draft names', () => {
    const { steps } = new Session('intro')
      .runs('b', 'b')
      .runs('a', 'a', { after: 'intro' })
      .runs('c', 'c', { after: 'none' })
      .folded();
    expect(steps.map((each) => [each.step, each.after])).toEqual([
      ['b', undefined],
      ['a', 'intro'],
      ['c', 'a'],
    ]);
  });

  test('a revision of a step of the document', () => {
    const { steps } = new Session('a')
      .runs('a', 'old', { source: 'step' })
      .runs('a', 'new', { source: 'revision' })
      .folded();
    expect(steps).toMatchObject([{ step: 'a', kind: 'revised' }]);
  });

  test('does not write a documented step that ran unchanged', () => {
    expect(new Session('a').runs('a', 'a', { source: 'step' }).folded()).toMatchObject({
      steps: [],
      notSaved: [],
      next: 'nothing',
    });
  });

  test.each<[string, Session]>([
    ['never-succeeded', new Session().fails('a', 'a')],
    ['never-ran', new Session().runs('a', 'a', { status: 'skipped' })],
    ['never-ran', new Session().runs('a', 'a', { status: 'running' })],
    ['no-verify', new Session().runs('a', 'a', { noVerify: true })],
    [
      'not-verified',
      new Session().runs('a', 'a', {
        checks: [
          ['up', 'pass'],
          ['on', 'unknown'],
        ],
      }),
    ],
    ['fails-now', new Session().runs('a', 'a').fails('a', 'a')],
  ])('not saved: %s', (reason, session) => {
    expect(session.folded()).toMatchObject({ steps: [], notSaved: [{ step: 'a', reason }] });
  });

  test('drops an undone attempt', () => {
    expect(new Session().runs('a', 'a', { attempt: 'one' }).undoes('one').folded()).toMatchObject({
      steps: [],
      notSaved: [],
    });
  });
});

describe('problems', () => {
  const fixed = (...documented: string[]) => new Session(...documented).fails('a', 'a').runs('f', 'fix');

  test('after the step, if it was satisfied then', () => {
    const skipped = fixed().runs('a', 'a', { status: 'skipped' }).resolves().folded();
    expect(skipped.problems).toMatchObject([{ placement: 'after', fix: [{ step: 'f' }] }]);
  });

  test('after the step, if the fix itself passed what had failed', () => {
    expect(fixed().resolves().folded().problems).toMatchObject([{ for: 'a', placement: 'after' }]);
  });

  test('a revision of the step itself: under Problems, with a link', () => {
    const { problems, steps } = new Session('a')
      .fails('a', 'old', 'x', { source: 'step' })
      .runs('a', 'new', { source: 'revision' })
      .resolves()
      .folded();
    expect(problems).toMatchObject([{ placement: 'problems', revised: ['a'], fix: [] }]);
    expect(steps).toMatchObject([{ step: 'a', kind: 'revised' }]);
  });

  test('a revision of another step of the document: that step changes', () => {
    const session = new Session('a', 'b').fails('a', 'a', 'x', { source: 'step', checks: [['sum', 'fail']] });
    session.runs('b', 'new', { source: 'revision' }).runs('a', 'a', { source: 'step' }).resolves();
    expect(session.folded()).toMatchObject({
      problems: [{ placement: 'problems', revised: ['b'], fix: [] }],
      steps: [{ step: 'b' }],
    });
  });

  test('ignores a corrected typo in an unsaved draft', () => {
    const { withheld, problems, steps } = new Session()
      .fails('a', 'apt-get instal')
      .runs('a', 'apt-get install')
      .folded();
    expect([withheld, problems]).toEqual([[], []]);
    expect(steps).toMatchObject([{ step: 'a' }]);
  });

  test('requires a Why for the same in a documented step', () => {
    const session = new Session('a')
      .fails('a', 'old', 'x', { source: 'step' })
      .runs('a', 'new', { source: 'revision' });
    expect(session.folded().withheld).toHaveLength(1);
  });

  test('requires no Why for a problem that disappeared without a fix', () => {
    expect(
      new Session('a').fails('a', 'a', 'x', { source: 'step' }).runs('a', 'a', { source: 'step' }).folded()
        .withheld,
    ).toEqual([]);
  });

  test('includes every fix between opening and clearing with its last body, except failed and undone ones', () => {
    const session = new Session()
      .fails('a', 'a', 'x', { checks: [['goal', 'fail']] })
      .runs('f', 'one')
      .runs('g', 'g', { attempt: 'g' });
    session
      .undoes('g')
      .fails('h', 'h', 'y', { checks: [['other', 'fail']] })
      .runs('f', 'two')
      .runs('a', 'a')
      .resolves();
    expect(session.folded().problems[0]!.fix.map((each) => text(each.body))).toEqual(['two']);
  });

  test('`fix` selects some of them; the others become steps', () => {
    const session = new Session()
      .fails('a', 'a', 'x', { checks: [['goal', 'fail']] })
      .runs('tools', 't')
      .runs('f', 'fix', { attempt: 'f' });
    const { problems, steps } = session.runs('a', 'a').resolves('x', ['f']).folded();
    expect(problems[0]!.fix.map((each) => each.step)).toEqual(['f']);
    expect(steps.map((each) => each.step)).toEqual(['tools', 'a']);
  });

  test('gives consecutive problems their own fixes', () => {
    const session = new Session()
      .fails('a', 'a', 'x', { checks: [['p', 'fail']] })
      .runs('f', 'f', { checks: [['q', 'pass']] });
    session
      .fails('a', 'a', 'y', { checks: [['r', 'fail']] })
      .runs('g', 'g')
      .runs('a', 'a')
      .resolves('x')
      .resolves('y');
    const { problems } = session.folded();
    expect(problems.map((each) => [each.fix.map(({ step }) => step), each.placement])).toEqual([
      [['f'], 'before'],
      [['g'], 'before'],
    ]);
  });

  test('turns the attempts of a dropped problem into steps', () => {
    const session = new Session()
      .fails('a', 'a', 'x', { checks: [['goal', 'fail']] })
      .runs('f', 'f')
      .drops()
      .runs('a', 'a');
    expect(session.folded()).toMatchObject({
      problems: [],
      withheld: [],
      steps: [{ step: 'f' }, { step: 'a' }],
    });
  });

  test('rejects a check that fails once the step succeeds as the Verify of the problem', () => {
    const session = new Session().fails('caddy', 'c').runs('f', 'f', { checks: [['port 80 free', 'pass']] });
    session
      .runs('caddy', 'c', {
        checks: [
          ['up', 'pass'],
          ['port 80 free', 'fail'],
        ],
      })
      .resolves();
    expect(session.folded().problems[0]!.verify).toEqual([
      { check: 'port 80 free', shell: false, failedBefore: 'unknown', holdsAfter: 'no' },
    ]);
  });

  test('rejects a check that passed before the fix', () => {
    const session = new Session()
      .fails('a', 'a')
      .runs('f', 'f', { checks: [['port 22 open', 'pass']], before: [['port 22 open', 'pass']] });
    expect(session.runs('a', 'a').resolves().folded().problems[0]!.verify[0]).toMatchObject({
      failedBefore: 'no',
    });
  });
});

describe('leftovers and unaccounted changes', () => {
  test('reports changes of failed attempts that no kept attempt makes', () => {
    const session = new Session().fails('a', 'one', 'x', { changed: [change('nginx'), change('caddy')] });
    const { leftovers, next } = session
      .runs('a', 'two', { changed: [change('caddy', 'changed', 'v1')] })
      .folded();
    expect(leftovers).toEqual([{ change: change('nginx'), attempt: 'at-1' }]);
    expect(next).toBe('prove');
  });

  test('omits changes that a kept step overwrote or that were reverted', () => {
    const session = new Session().fails('a', 'one', 'x', {
      changed: [change('nginx'), change('caddy', 'added', 'v0')],
    });
    session.fails('a', 'two', 'x', { changed: [change('nginx', 'removed')] });
    session.runs('a', 'three', { changed: [change('caddy', 'changed', 'v1')] });
    expect(session.folded().leftovers).toEqual([]);
  });

  test('keeps changes of a fix', () => {
    const session = new Session()
      .fails('a', 'a')
      .runs('f', 'f', { changed: [change('nginx', 'removed')] })
      .runs('a', 'a')
      .resolves();
    expect(session.folded().leftovers).toEqual([]);
  });

  test('reports changes that no step made', () => {
    expect(new Session().runs('a', 'a').folded(['package jq added'])).toMatchObject({
      unaccounted: ['package jq added'],
      next: 'prove',
    });
  });
});

test('keeps only bodies that ran and succeeded, and writes nothing twice, for any session', () => {
  const event = fc.record({
    step: fc.constantFrom('a', 'b', 'c'),
    text: fc.constantFrom('one', 'two'),
    status: fc.constantFrom<AttemptStatus>('succeeded', 'failed', 'timed_out', 'skipped', 'cancelled'),
    source: fc.constantFrom('draft' as const, 'revision' as const, 'step' as const),
    fingerprint: fc.constantFrom('x', 'y'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 15 }), (events) => {
      const session = new Session('c');
      for (const { step, text: body, ...part } of events) session.runs(step, body, part);
      session.resolves('x').resolves('y');
      const { steps, problems, withheld } = session.folded();
      for (const kept of steps) {
        expect(
          events.some(
            (each) => each.step === kept.step && each.text === text(kept.body) && each.status === 'succeeded',
          ),
        ).toBe(true);
      }
      const fixes = problems.flatMap((each) => each.fix);
      const written = [...steps, ...fixes].map((each) => each.attempt);
      expect(new Set(written).size).toBe(written.length);
      expect(steps.filter((kept) => fixes.some((each) => each.step === kept.step))).toEqual([]);
      expect(withheld).toEqual([]);
      expect(session.saves(session.folded()).folded()).toMatchObject({ steps: [], problems: [] });
    }),
  );
});
