import { expect, test } from 'vitest';
import { parseRunbook } from '../../../src/markdown/parse.ts';
import { sourceOf } from '../../../src/markdown/source.ts';
import type { PlanStep } from '../../../src/model/plan.ts';
import { CarriedStates, type StateChange } from '../../../src/operations/pass/state.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import { lintRunbook } from '../../../src/plan/lint.ts';
import { runbook } from '../../support/scenario.ts';

const stepAt = (index: number, after: readonly string[]) =>
  ({ step: { id: `s${index}`, index }, after }) as unknown as PlanStep;

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What docs/journal.md says, put as plainly as can be: one need hands on its state, several are merged in document order. */
class PlainBook {
  readonly changes = new Map<string, StateChange>();
  constructor(readonly steps: readonly PlanStep[]) {}

  before({ after }: PlanStep): string[] {
    if (after.length === 1) return this.after(after[0]!);
    const behind = new Set<string>();
    const gather = (id: string): void => {
      behind.add(id);
      this.steps.find(({ step }) => step.id === id)?.after.forEach(gather);
    };
    after.forEach(gather);
    return this.steps.flatMap(({ step: { id } }) => (behind.has(id) && this.changes.has(id) ? [id] : []));
  }

  after(id: string): string[] {
    const planned = this.steps.find(({ step }) => step.id === id)!;
    return [...this.before(planned), ...(this.changes.has(id) ? [id] : [])];
  }
}

/** Every step that changes anything sets one variable of its own and one that all of them fight for. */
const changeBy = (id: string, round: number): StateChange => ({
  variables: new Map([
    [id, `${round}`],
    ['LAST', id],
  ]),
  withheld: [],
});

test('any order of recording and reading gives the result of the rule as documented', () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const roll = dice(seed);
    const count = 2 + roll(9);
    const steps = Array.from({ length: count }, (_, index) => {
      const before = Array.from({ length: index }, (_, each) => `s${each}`);
      return stepAt(
        index,
        before.filter(() => roll(3) === 0),
      );
    });
    const [book, plain] = [new CarriedStates(steps, {}), new PlainBook(steps)];
    for (let round = 0; round < 30; round += 1) {
      const planned = steps[roll(count)]!;
      const { id } = planned.step;
      if (roll(3) === 0) {
        const isEmpty = roll(2) === 0;
        book.record(planned, isEmpty ? { variables: new Map(), withheld: [] } : changeBy(id, round));
        if (isEmpty) plain.changes.delete(id);
        else plain.changes.set(id, changeBy(id, round));
        continue;
      }
      const [asked, wanted] =
        roll(2) === 0 ? [book.before(planned), plain.before(planned)] : [book.after(id), plain.after(id)];
      const merged = new Map(wanted.flatMap((each) => [...plain.changes.get(each)!.variables]));
      expect([seed, round, Object.fromEntries(asked.variables)]).toEqual([
        seed,
        round,
        Object.fromEntries(merged),
      ]);
    }
  }
});

test('parses, lints and plans two thousand steps with three hundred needs each in time', () => {
  const names = Array.from({ length: 2_000 }, (_, index) => `s-${index}`);
  const text = runbook(
    Object.fromEntries(
      names.map((name, index) => [
        name.replace('-', ' '),
        `Needs: ${names.slice(Math.max(0, index - 300), index).join(', ') || 'none'}\n\n~~~bash\ntrue\n~~~\n`,
      ]),
    ),
  );
  const parsed = parseRunbook(sourceOf(text, 'AUTODOCK.md'));
  expect(parsed.diagnostics).toEqual([]);
  expect(lintRunbook(parsed).map(({ code }) => code)).not.toContain('needs-excluded');
  const { steps } = buildPlan(parsed);
  const book = new CarriedStates(steps, {});
  for (const planned of steps) {
    book.before(planned);
    book.record(
      planned,
      planned.step.index % 500 === 0 ? changeBy(planned.step.id, 0) : { variables: new Map(), withheld: [] },
    );
  }
  expect(book.after('s-1999').variables.get('LAST')).toBe('s-1500');
});

test('handles twenty thousand unknown needs and undeclared names in time', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => index);
  const known = Object.fromEntries(
    names.slice(0, 2_000).map((each) => [`step ${each}`, '~~~bash\ntrue\n~~~\n']),
  );
  const text = runbook({
    ...known,
    x: `Needs: ${names.map((each) => `stap-${each}`).join(', ')}\n\n~~~text {"file":"f"}\n${names.map((each) => `\${NAME_${each}}`).join('\n')}\n~~~\n`,
  });
  const parsed = parseRunbook(sourceOf(text, 'AUTODOCK.md'));
  const unknown = parsed.diagnostics.filter(({ code }) => code === 'unknown-needs');
  expect(unknown).toHaveLength(20_000);
  expect(unknown[0]?.remedy).toBe('Did you mean `step-0`?');
  expect(buildPlan(parsed).diagnostics.filter(({ code }) => code === 'undeclared-name')).toHaveLength(20_000);
});
