import { substitute } from '../../base/substitute.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import { objectYaml } from '../as-yaml.ts';
import { type ExportedFile, type ExportSource, type Loss, TYPED } from '../exporter.ts';
import { type ClusterObjects, whyComment } from './cluster-objects.ts';
import { mapStrings } from './map-scalars.ts';
import { objectFile } from './object-name.ts';

/** Files of objects for a format without inputs: defaults are written, and each one is a loss. */
export function plainObjectFiles(
  { runbook }: ExportSource,
  { steps, secrets }: ClusterObjects,
  change: (object: KubeObject) => KubeObject = (object) => object,
): { readonly files: readonly ExportedFile[]; readonly losses: readonly Loss[] } {
  const constants = new Map(runbook.facts.map(({ name, value }) => [name, value]));
  const inputs = new Map(runbook.inputs.map((input) => [input.name, input]));
  const used = new Set<string>();
  const knownValue = (name: string): string | undefined => {
    if (inputs.has(name)) used.add(name);
    return constants.get(name) ?? inputs.get(name)?.default;
  };
  const written = (text: string): unknown => {
    if (!text.startsWith(TYPED)) return substitute(text, knownValue).text;
    const name = text.slice(TYPED.length);
    return typed(knownValue(name) ?? name);
  };
  const files = steps.map(({ step, objects }, index) => ({
    path: objectFile(step, index),
    text: objects
      .map((object) => `---\n${whyComment(step)}\n${objectYaml(mapStrings(change(object), written))}`)
      .join(''),
  }));
  const losses = [...used].map((name) => {
    const { place, default: value } = inputs.get(name)!;
    const reason =
      value === undefined
        ? 'it has no default; replace its name in the files'
        : 'the format has no inputs, so its default is written';
    return { place, what: `the input ${name}`, reason };
  });
  const missing = [...secrets].map(([name, keys]) => ({
    place: { file: runbook.file, line: 1, column: 1 },
    what: `the Secret "${name}"`,
    reason: `it must exist, with ${keys.join(', ')}, because no output holds the value of a secret`,
  }));
  return { files, losses: [...losses, ...missing] };
}

function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
