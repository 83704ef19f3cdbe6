import type { RawPodSpec } from '../../../cluster/observe/raw.ts';
import { at } from '../../../judge/readiness-words.ts';
import type { KubeObject } from '../../../model/cluster/kube.ts';

/** The spec of the pods that an object is or creates; undefined if it creates none. */
export function podSpecOf({ kind, spec }: KubeObject): RawPodSpec | undefined {
  const found =
    kind === 'Pod'
      ? spec
      : kind === 'CronJob'
        ? at(spec, 'jobTemplate', 'spec', 'template', 'spec')
        : at(spec, 'template', 'spec');
  return Array.isArray(at(found, 'containers')) ? (found as RawPodSpec) : undefined;
}
