import { diffArrays, structuredPatch } from 'diff';
import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Place } from '../model/place.ts';
import type { Reason, StepDifference, ValueDifference } from '../model/reports/diff.ts';
import type { Input, Runbook, Step } from '../model/runbook.ts';

/** A document as it is compared. */
export interface Compared {
  readonly runbook: Runbook;
  /** Its whole text. */
  readonly text: string;
  /** What a site says about a step that it leaves out, and about an input that it sets. */
  readonly notHere: ReadonlyMap<string, Said>;
  readonly values: ReadonlyMap<string, Said>;
}

export interface Said {
  readonly text: string;
  readonly place: Place;
}

type Side = Reason['side'];

/** The steps and problems that differ, in document order, and how many do not. */
export function compareSteps(a: Compared, b: Compared): { steps: StepDifference[]; same: number } {
  const [inA, inB] = [stepsById(a), stepsById(b)];
  const order = diffArrays([...inA.keys()], [...inB.keys()]);
  const seen = new Set<string>();
  const all = order.flatMap(({ added, removed, value }) =>
    value.flatMap((id): (StepDifference | undefined)[] => {
      if (seen.has(id)) return [];
      seen.add(id);
      const [one, other] = [inA.get(id), inB.get(id)];
      if (one && other) return [changed(a, b, one, other, added || removed)];
      return [one ? only('a', a, b, one) : only('b', b, a, other!)];
    }),
  );
  const steps = all.filter((each) => each !== undefined);
  return { steps, same: all.length - steps.length };
}

/** Inputs, facts and endpoints with other values. */
export function compareDeclaredValues(a: Compared, b: Compared): ValueDifference[] {
  return DECLARED.flatMap(([of, read]) => {
    const [inA, inB] = [new Map(read(a)), new Map(read(b))];
    return [...new Set([...inA.keys(), ...inB.keys()])].flatMap((name): ValueDifference[] => {
      const [one, other] = [inA.get(name), inB.get(name)];
      if (one?.value === other?.value) return [];
      const reasons = inOneVoice([...saidOf('a', one?.said), ...saidOf('b', other?.said)]);
      const values = { ...(one && { a: one.value }), ...(other && { b: other.value }) };
      return [{ name, of, ...values, reasons }];
    });
  });
}

interface Declared {
  readonly value: string;
  readonly said: Said | undefined;
}

type Row = readonly [name: string, declared: Declared];

const DECLARED: readonly (readonly [of: ValueDifference['of'], read: (compared: Compared) => Row[]])[] = [
  [
    'input',
    ({ runbook, values }) =>
      runbook.inputs.map((input) => [input.name, { value: shownValue(input), said: values.get(input.name) }]),
  ],
  [
    'fact',
    ({ runbook }) =>
      runbook.facts.map(({ name, value, unit, why, place }) => [
        name,
        { value: `${value} ${unit}`.trim(), said: { text: why, place } },
      ]),
  ],
  [
    'endpoint',
    ({ runbook }) =>
      runbook.endpoints.map(({ name, target, checkText }) => [
        name,
        { value: [target, checkText].filter(Boolean).join(', '), said: undefined },
      ]),
  ],
];

function stepsById({ runbook }: Compared): Map<string, Step> {
  return new Map(runbook.steps.map((step) => [step.id, step]));
}

function only(side: Side, own: Compared, other: Compared, step: Step): StepDifference {
  const otherSide = side === 'a' ? 'b' : 'a';
  const left = other.notHere.get(step.id);
  const said: Reason[] = left ? [{ side: otherSide, ...left }] : reasonOf(side, step);
  return {
    ...{ id: step.id, title: step.title, kind: `only-${side}` as const, parts: [], reasons: said },
    lines: textOf(own, step)
      .split('\n')
      .map((line) => `${side === 'a' ? '-' : '+'}${line}`),
  };
}

function changed(
  a: Compared,
  b: Compared,
  one: Step,
  other: Step,
  isMoved: boolean,
): StepDifference | undefined {
  const [before, after] = [textOf(a, one), textOf(b, other)];
  const parts = PARTS.filter(([, read]) => JSON.stringify(read(one)) !== JSON.stringify(read(other))).map(
    ([name]) => (name === 'Run' && one.kind === 'problem' ? 'Fix' : name),
  );
  if (before === after && parts.length === 0 && !isMoved) return undefined;
  const { hunks } = structuredPatch('', '', `${before}\n`, `${after}\n`, '', '', { context: 1 });
  return {
    ...{ id: one.id, title: other.title },
    kind: before === after ? 'moved' : 'changed',
    parts: parts.length > 0 || before === after ? parts : ['prose'],
    reasons: before === after ? [] : reasonsOf(a, b, one, other),
    lines: hunks.flatMap(({ lines }) => lines),
  };
}

/** A need that one side leaves out is explained there; else both sides say why they are as they are. */
function reasonsOf(a: Compared, b: Compared, one: Step, other: Step): Reason[] {
  const left = [
    ...needsOf(one).flatMap((id) => leftOut('b', b, id)),
    ...needsOf(other).flatMap((id) => leftOut('a', a, id)),
  ];
  if (one.why === other.why && left.length > 0) return left;
  return inOneVoice([...reasonOf('a', one), ...reasonOf('b', other), ...left]);
}

function needsOf({ needs }: Step): readonly string[] {
  return needs.kind === 'listed' ? needs.ids : [];
}

function leftOut(side: Side, { notHere }: Compared, id: string): Reason[] {
  const said = notHere.get(id);
  return said ? [{ side, ...said }] : [];
}

const PARTS: readonly (readonly [name: string, read: (step: Step) => unknown])[] = [
  ['When', ({ when }) => when.map(checkText)],
  ['Needs', ({ needs }) => needs],
  ['Run', ({ actions }) => actions.map(actionText)],
  ['Verify', ({ verify }) => verify.map(checkText)],
  ['Undo', ({ undo }) => undo.map(actionText)],
];

function actionText({ kind, text, attributes, language }: Action): unknown {
  return [kind, language, text, Object.entries(attributes).sort()];
}

function checkText(check: Check): unknown {
  return check.kind === 'shell' ? actionText(check.action) : [check.text, check.withinMs];
}

function reasonOf(side: Side, { why, place }: Step): Reason[] {
  return saidOf(side, { text: why, place });
}

function saidOf(side: Side, said: Said | undefined): Reason[] {
  return said && said.text !== '' ? [{ side, ...said }] : [];
}

/** What both say is said once. */
function inOneVoice(reasons: readonly Reason[]): Reason[] {
  return reasons.filter((each, index) => reasons.findIndex(({ text }) => text === each.text) === index);
}

/** The step's markdown without the engine's own comments. */
function textOf({ text }: Compared, { span }: Step): string {
  return text
    .slice(span.start, span.end)
    .replace(/\r\n?/g, '\n')
    .replace(/^[ \t]*<!--\s*runbook\b.*-->[ \t]*\n?/gm, '')
    .trim();
}

function shownValue({ kind, type, default: usual, command }: Input): string {
  const value = command === undefined ? usual : `\`${command}\``;
  return value ?? `no value (${type?.written ?? kind})`;
}
