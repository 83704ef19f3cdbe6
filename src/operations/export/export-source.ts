import {
  type ReadDocuments,
  readDocuments,
  readValues,
  type Substitution,
} from '../../cluster/apply/documents.ts';
import { type ExportSource, TYPED } from '../../export/exporter.ts';
import { mapScalars, mapStrings } from '../../export/kubernetes/map-scalars.ts';
import type { ApplyAction, PatchAction, RegistryAction } from '../../model/action.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import { laterUseOfState, leftStateOf } from '../../plan/left-state.ts';
import { certificateHashOf } from '../document/certificate.ts';
import { readVendoredFile } from '../document/vendored-file.ts';
import type { Prepared } from '../session/session.ts';

type ObjectFence = ApplyAction | RegistryAction | PatchAction;

/**
 * Collects what an export is computed from.
 * @throws RunbookError 65 for a manifest that cannot be read
 */
export async function exportSource({ document, runbook, plan }: Prepared): Promise<ExportSource> {
  const fences = [...plan.steps, ...plan.problems]
    .flatMap(({ step }) => [...step.actions, ...step.undo])
    .filter((action): action is ObjectFence => action.kind !== 'shell' && action.kind !== 'file');
  const objects = new Map<ObjectFence, readonly KubeObject[]>();
  for (const fence of fences) objects.set(fence, await objectsOf(fence, document.folder));
  const declared = new Set([...runbook.inputs, ...runbook.facts].map(({ name }) => name));
  return {
    runbook,
    plan,
    hash: await certificateHashOf(document),
    objects: (action) => objects.get(action) ?? [],
    leaves: (planned) =>
      laterUseOfState(plan.steps, planned, (name) => declared.has(name) || name in runbook.frontMatter.env)
        ? leftStateOf(planned.step)
        : undefined,
  };
}

async function objectsOf(fence: ObjectFence, folder: string): Promise<readonly KubeObject[]> {
  const names: string[] = [];
  const marking = marks(names);
  const values = fence.kind === 'apply' ? readDocuments(fence.text, marking) : patchOf(fence.text, marking);
  const own = unmarked(readOrRefuse(values, fence.textPlace), names);
  if (fence.kind !== 'apply' || fence.from === undefined) return own;
  const place = { file: fence.from, line: 1, column: 1 };
  const text = await readVendoredFile(folder, fence.from, { mayBeOutside: false }).catch((error: Error) => {
    const message = `${fence.from} cannot be read: ${error.message}.`;
    throw runbookError(
      { code: 'unreadable-file', message, remedy: 'Keep it next to the document.', place: fence.place },
      EXIT.document,
    );
  });
  return [...own, ...literalObjects(readOrRefuse(readDocuments(text.toString('utf8')), place))];
}

function patchOf(text: string, marking: Substitution): ReadDocuments {
  const read = readValues(text, marking);
  return read.ok ? { ok: true, objects: read.values.map(({ value }) => value as KubeObject) } : read;
}

function readOrRefuse(read: ReadDocuments, place: Place): readonly KubeObject[] {
  if (read.ok) return read.objects;
  const at = { ...place, line: place.line + read.line - 1 };
  throw runbookError(
    { code: 'invalid-manifest', message: read.message, remedy: 'Correct the manifest.', place: at },
    EXIT.document,
  );
}

/** A number replaces a name while YAML is read, so that a plain scalar becomes a number and a quoted one a string. */
const MARK = 7_351_900_000;

function marks(names: string[]): Substitution {
  return {
    replace(text) {
      const name = /^\$\{([A-Za-z_]\w*)\}$/.exec(text)?.[1];
      return name === undefined ? text : String(MARK + names.push(name) - 1);
    },
    holdsSecret: () => false,
  };
}

function unmarked<Value>(value: Value, names: readonly string[]): Value {
  const nameOf = (marked: unknown) =>
    /^7351\d{6}$/.test(String(marked)) ? names[Number(marked) - MARK] : undefined;
  return mapScalars(value, (scalar) => {
    const name = nameOf(scalar);
    return name === undefined ? scalar : typeof scalar === 'number' ? `${TYPED}${name}` : `\${${name}}`;
  });
}

/** A vendored file is applied as it is: its `${NAME}` are literal text. */
const literalObjects = <Value>(value: Value): Value =>
  mapStrings(value, (text) => text.replaceAll(/(\$\{[A-Za-z_])/g, '$$$1'));
