import { resolve } from 'node:path';
import type { Action } from '../../model/action.ts';
import { targetText } from '../../model/box-target.ts';
import type { Closure, ClosurePart, ClosurePlace, ClosureValue } from '../../model/closure.ts';
import type { ResolvedInput } from '../../model/plan.ts';
import type { Runbook, Step } from '../../model/runbook.ts';
import { commandsOfInputs, partsOfDocument, partsOfStep } from '../../plan/closure-parts.ts';
import { resolveInputs } from '../../secrets/resolve.ts';
import type { World } from '../../world.ts';
import { chosenBox } from '../session/box-target.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import type { Prepared } from '../session/session.ts';
import { boundFile, namedFiles, namingTexts } from './named-files.ts';
import { valueMark } from './value-mark.ts';

/** Sources of values, and the place where the closure would run. */
export interface ClosureSources {
  readonly input: Readonly<Record<string, string>>;
  readonly envFile?: string | undefined;
  readonly place: Omit<ClosurePlace, 'document'>;
  /** Nothing may be written, not even a key. */
  readonly readOnly?: boolean;
}

/** Everything in a document that a pass, a verify, an undo or a measurement may run. */
export async function documentClosure(
  world: World,
  prepared: Pick<Prepared, 'document' | 'runbook'>,
  sources: ClosureSources,
): Promise<Closure> {
  const { runbook, document } = prepared;
  return await closureFrom(world, prepared, sources, {
    what: document.file,
    parts: partsOfDocument(runbook),
    steps: runbook.steps,
  });
}

/** One step, and the steps that must run again for it. `own` is the step in question. */
export async function stepClosure(
  world: World,
  prepared: Pick<Prepared, 'document' | 'runbook'>,
  sources: ClosureSources,
  { own, again }: { readonly own: Step; readonly again: readonly Step[] },
): Promise<Closure> {
  return await closureFrom(world, prepared, sources, {
    what: own.id,
    parts: [
      ...partsOfStep({ ...own, needs: { kind: 'previous' } }, ''),
      ...again.flatMap((step) => partsOfStep(step, `${step.id}, which runs again first`)),
      ...commandsOfInputs(prepared.runbook),
    ],
    steps: [own, ...again],
  });
}

/** The place of a verb: the box of `--on`, else this machine. */
export async function placeOn(
  world: World,
  on: string | undefined,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<ClosureSources['place']> {
  const target = chosenBox(on);
  if (target) return { box: targetText(target), boxName: targetText(target) };
  const { id, name } = await world.identify(readOnly);
  return { box: id, boxName: name };
}

async function closureFrom(
  world: World,
  { runbook, document }: Pick<Prepared, 'document' | 'runbook'>,
  { input, envFile, place, readOnly = false }: ClosureSources,
  { what, parts, steps }: { what: string; parts: readonly ClosurePart[]; steps: readonly Step[] },
): Promise<Closure> {
  const { folder, path } = document;
  const actions = steps.flatMap(actionsOf);
  const commands = parts.filter(({ how }) => /^(?:Command|Fact) /.test(how));
  const files = await namedFiles(folder, [...namingTexts(actions), ...commands], {
    onlyProject: chosenIsRemote(place.box, await world.identify(true)),
    written: actions.flatMap((each) => (each.kind === 'file' ? [each] : [])),
  });
  const vendored = actions.flatMap((each) => (each.kind === 'apply' && each.from ? [each.from] : []));
  return {
    place: { document: path, ...place },
    what,
    parts,
    values: await valuesOf(world, { runbook, folder }, { input, envFile, readOnly }),
    files: [
      ...files,
      ...(await Promise.all([...new Set(vendored)].sort().map((each) => boundFile(folder, each)))),
    ],
  };
}

function chosenIsRemote(box: string, { id }: { id: string }): boolean {
  return box !== id;
}

/** Fences, shell checks and Undo parts of a step. */
export function actionsOf(step: Step): Action[] {
  const checks = [...step.when, ...step.verify].flatMap((check) =>
    check.kind === 'shell' ? [check.action] : [],
  );
  return [...step.actions, ...checks, ...step.undo];
}

/** Everything that fences receive in their environment, if it is known before a command has run. */
async function valuesOf(
  world: World,
  { runbook, folder }: { runbook: Runbook; folder: string },
  { input, envFile, readOnly }: Pick<ClosureSources, 'input' | 'envFile' | 'readOnly'>,
): Promise<ClosureValue[]> {
  const { resolved, values } = await resolveInputs(runbook.inputs, {
    given: input,
    env: world.env,
    envFile: envFile === undefined ? undefined : resolve(world.cwd, envFile),
    folder,
    allowCommands: false,
    runCommand: () => Promise.reject(new Error('no command runs before it is approved')),
  });
  const written = [
    ...Object.entries(runbook.frontMatter.env).map(([name, value]) => ({
      name,
      value,
      kind: 'env' as const,
    })),
    ...runbook.facts.map(({ name, value }) => ({ name, value, kind: 'fact' as const })),
  ];
  if (resolved.length + written.length === 0) return [];
  const key = await fileHashKey(world, { readOnly: readOnly === true });
  return [
    ...resolved.map((each) => inputValue(each, values.get(each.name)?.value, key)),
    ...written.map(({ name, value, kind }): ClosureValue => {
      const source = kind === 'env' ? 'front matter' : 'fact';
      return { name, kind, source, value, isOpen: true, mark: valueMark(key, name, value) };
    }),
  ];
}

function inputValue(
  { name, kind, source }: ResolvedInput,
  value: string | undefined,
  key: string,
): ClosureValue {
  if (value === undefined) return { name, kind, source, isOpen: true, mark: '' };
  const mark = valueMark(key, name, value);
  if (kind === 'secret') return { name, kind, source, isOpen: false, mark };
  return { name, kind, source, value, isOpen: source === 'default' || source === '--input', mark };
}
