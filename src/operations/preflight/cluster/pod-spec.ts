import type { RawPodSpec } from '../../../cluster/observe/raw.ts';
import { at } from '../../../judge/readiness-words.ts';
import type { KubeObject } from '../../../model/cluster/kube.ts';

/** What an object says of the pods that it is or makes; undefined: it makes none. */
export function podSpecOf({ kind, spec }: KubeObject): RawPodSpec | undefined {
  const found =
    kind === 'Pod'
      ? spec
      : kind === 'CronJob'
        ? at(spec, 'jobTemplate', 'spec', 'template', 'spec')
        : at(spec, 'template', 'spec');
  return Array.isArray(at(found, 'containers')) ? (found as RawPodSpec) : undefined;
}
