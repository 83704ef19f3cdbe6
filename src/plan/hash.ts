import { createHash, createHmac } from 'node:crypto';
import { actionKind } from '../actions/all.ts';
import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Input, Runbook, Step } from '../model/runbook.ts';

/**
 * Identifies a step's work in the journal: kind, interpreter, targets, mode, user, cwd and text of Run and Fix. Prose,
 * Verify and time limits are excluded, so that rewording a Why does not run the step again.
 */
export function actionHash(step: Step): string {
  return sha256(step.actions.map(actionMaterial));
}

/**
 * What a person approves: everything in the document that executes or judges, in order. Any change to a script, a
 * check, the order or a default needs a new approval; prose does not.
 */
export function approvalHash(runbook: Runbook): string {
  const { frontMatter } = runbook;
  return sha256({
    kind: runbook.kind,
    box: frontMatter.box ?? null,
    requires: frontMatter.requires.map((each) => each.text),
    env: frontMatter.env,
    inputs: runbook.inputs.map(inputMaterial),
    // Includes values, because fences see them as variables. `facts --write` transfers the approval to the measured
    // values.
    facts: runbook.facts.map((each) => [each.name, each.value, each.command ?? null]),
    endpoints: runbook.endpoints.map((each) => each.checkText),
    steps: runbook.steps.map(stepMaterial),
  });
}

/**
 * What a pass on a clean box has proven, for its certificate: the box definition, Inputs, names and commands of facts,
 * and every step and problem with its prose. `text` is the whole document. Comments written by the engine, blank lines
 * between blocks and the kind of line ends are excluded. `vendored` holds hashes of the files that fences name
 * (`from`), by path.
 */
export function certificateHash(
  runbook: Runbook,
  text: string,
  vendored: readonly (readonly [path: string, sha256: string])[],
): string {
  const { frontMatter } = runbook;
  return sha256({
    box: frontMatter.box ?? null,
    requires: frontMatter.requires.map((each) => each.text),
    env: frontMatter.env,
    inputs: runbook.inputs.map(inputMaterial),
    facts: runbook.facts.map((each) => [each.name, each.command ?? null]),
    endpoints: runbook.endpoints.map((each) => each.checkText),
    steps: runbook.steps.map((step) => [
      stepMaterial(step),
      proseOf(text.slice(step.span.start, step.span.end)),
    ]),
    vendored,
  });
}

/** Editor settings and comments written by the engine must not invalidate a proof. */
function proseOf(markdown: string): string {
  const lines = markdown.split(/\r\n|\r|\n/).filter((line) => !/^\s*<!--\s*runbook\b.*-->\s*$/.test(line));
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim();
}

/**
 * A keyed hash of the input values that a step refers to. Keyed, because the journal is stored in the project and a
 * plain hash of a short secret can be guessed.
 */
export function inputsHash(key: string, values: readonly (readonly [name: string, value: string])[]): string {
  if (values.length === 0) return '';
  return createHmac('sha256', key).update(JSON.stringify(values)).digest('hex').slice(0, 32);
}

/** A label value for everything that one document applies from one box: the same pair that identifies its journal. */
export function inventoryName(box: string, document: string): string {
  return sha256([box, document]).slice(0, 16);
}

function inputMaterial({ name, kind, required, default: usual, command }: Input): unknown {
  return [name, kind, required, usual ?? null, command ?? null];
}

function stepMaterial(step: Step): unknown {
  return {
    id: step.id,
    kind: step.kind,
    section: step.section,
    needs: step.needs,
    for: step.for ?? null,
    symptoms: step.symptoms,
    excluded: step.excluded,
    when: step.when.map(checkMaterial),
    actions: step.actions.map(approvalMaterial),
    verify: step.verify.map(checkMaterial),
    undo: step.undo.map(approvalMaterial),
  };
}

function actionMaterial(action: Action): unknown {
  const common = [action.kind, action.cwd ?? null, action.user ?? null, action.text];
  return [...common, ...actionKind(action).material(action)];
}

function approvalMaterial(action: Action): unknown {
  return [actionMaterial(action), action.part, Object.entries(action.attributes).sort()];
}

function checkMaterial(check: Check): unknown {
  switch (check.kind) {
    case 'probe':
      return [check.text, check.withinMs];
    case 'shell':
      return [approvalMaterial(check.action), check.after, check.withinMs];
    case 'output':
      return [check.expected, check.similarity];
  }
}

function sha256(material: unknown): string {
  return createHash('sha256').update(JSON.stringify(material)).digest('hex');
}
