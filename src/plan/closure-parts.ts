import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { ClosurePart } from '../model/closure.ts';
import type { Runbook, Step, Symptom } from '../model/runbook.ts';

/** All of a document that runs or judges, in order. */
export function partsOfDocument(runbook: Runbook): ClosurePart[] {
  const { frontMatter } = runbook;
  const wanted = [
    ...(runbook.kind === 'loose' ? ['loose'] : []),
    ...(frontMatter.box?.image === undefined ? [] : [`image ${frontMatter.box.image}`]),
    ...(frontMatter.box?.ports ?? []).map((port) => `port ${port}`),
    ...frontMatter.requires.map(({ text }) => text),
  ];
  return [
    ...lines('', 'Requirements', wanted),
    ...runbook.steps.flatMap((step) => partsOfStep(step, step.id)),
    ...commandsOfInputs(runbook),
    ...runbook.facts.flatMap(({ name, command }) =>
      command === undefined ? [] : [{ of: '', how: `Fact ${name}, measured with`, text: `${command}\n` }],
    ),
    ...runbook.endpoints.flatMap(({ name, checkText }) => lines('', `Endpoint ${name}, check`, [checkText])),
  ];
}

/** One step with what decides when it runs; `of` names it to the person. */
export function partsOfStep(step: Step, of: string): ClosurePart[] {
  const order = [
    ...(step.needs.kind === 'listed' ? [`Needs: ${step.needs.ids.join(', ')}`] : []),
    ...(step.for === undefined ? [] : [`For: ${step.for}`]),
    ...step.symptoms.map((each) => `Symptom: ${symptomText(each)}`),
    ...(step.excluded ? ['Runs with --only alone'] : []),
  ];
  return [
    ...checkParts(step.when, 'When', of),
    ...step.actions.map((action) => partOfAction(action, of)),
    ...checkParts(step.verify, 'Verify', of),
    ...step.undo.map((action) => partOfAction(action, of)),
    ...lines(of, step.kind === 'problem' ? 'Problem' : 'Order', order),
  ];
}

/** Commands that give inputs: they run before any step does. */
export function commandsOfInputs({ inputs }: Runbook): ClosurePart[] {
  return inputs.flatMap(({ name, kind, command }) =>
    command === undefined
      ? []
      : [{ of: '', how: `Command that gives the ${kind} ${name}`, text: `${command}\n` }],
  );
}

/** A fence with everything that decides how it runs: its attributes are what all else of an action is read from. */
export function partOfAction({ part, language, attributes, text }: Action, of: string): ClosurePart {
  const name = PART_NAMES[part];
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const about = entries.length > 0 ? ` ${JSON.stringify(Object.fromEntries(entries))}` : '';
  return { of, how: `${name}${language}${about}`, text };
}

const PART_NAMES: Readonly<Record<Action['part'], string>> = {
  run: '',
  fix: 'Fix, ',
  verify: 'Verify, ',
  undo: 'Undo, ',
  when: 'When, ',
};

/** Typed checks in a row are one part; shell checks are parts of their own. */
function checkParts(checks: readonly Check[], label: string, of: string): ClosurePart[] {
  const typed = checks.flatMap((check) => (check.kind === 'shell' ? [] : [checkLine(check)]));
  return [
    ...lines(of, `${label}, check`, typed),
    ...checks.flatMap((check) =>
      check.kind === 'shell' ? [partOfAction(check.action, of), ...deadlines(check, of)] : [],
    ),
  ];
}

function checkLine(check: Exclude<Check, { kind: 'shell' }>): string {
  if (check.kind === 'output') return `output like ${JSON.stringify([check.similarity, check.expected])}`;
  const isWritten = check.withinMs === 0 || / within \S+$/.test(check.text);
  return isWritten ? check.text : `${check.text} within ${check.withinMs}ms`;
}

function deadlines({ after, withinMs }: Extract<Check, { kind: 'shell' }>, of: string): ClosurePart[] {
  return lines(of, 'Verify, when it is asked', [
    ...(after ? ['only after acting'] : []),
    ...(withinMs > 0 ? [`within ${withinMs}ms`] : []),
  ]);
}

function symptomText(symptom: Symptom): string {
  if (symptom.kind === 'literal') return JSON.stringify(symptom.value);
  return `/${symptom.pattern}/${symptom.ignoreCase ? 'i' : ''}`;
}

function lines(of: string, how: string, texts: readonly string[]): ClosurePart[] {
  return texts.length === 0 ? [] : [{ of, how, text: texts.map((each) => `${each}\n`).join('') }];
}
