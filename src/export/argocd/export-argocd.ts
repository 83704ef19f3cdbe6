import { stringify } from 'yaml';
import type { KubeObject } from '../../model/cluster/kube.ts';
import type { Exporter } from '../exporter.ts';
import { clusterObjects } from '../kubernetes/cluster-objects.ts';
import { objectName } from '../kubernetes/object-name.ts';
import { plainObjectFiles } from '../kubernetes/plain-objects.ts';

/** Where a person says which repository holds the output. */
const REPOSITORY = { repoURL: 'https://git.example/REPLACE/ME', targetRevision: 'HEAD', path: 'objects' };

/** Writes an Application of Argo CD, and the objects that it syncs: a wave for each step, in the order of the plan. */
export const exportArgocd: Exporter = (source) => {
  const found = clusterObjects(source, { createsNamespace: true });
  const waves = new Map(
    found.steps.flatMap(({ objects }, wave) => objects.map((object) => [object, wave] as const)),
  );
  const { files, losses } = plainObjectFiles(source, found, (object) =>
    inWave(object, waves.get(object) ?? 0),
  );
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: objectName(source.runbook.name),
      namespace: 'argocd',
      annotations: { 'runbook/hash': `sha256:${source.hash}` },
    },
    spec: {
      project: 'default',
      source: REPOSITORY,
      destination: { server: 'https://kubernetes.default.svc', namespace: found.namespace },
      syncPolicy: { syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'] },
    },
  };
  const place = { file: source.runbook.file, line: 1, column: 1 };
  return {
    files: [
      {
        path: 'application.yaml',
        text: `# Set repoURL and path to where you keep the folder objects.\n${stringify(application)}`,
      },
      ...files.map(({ path, text }) => ({ path: `objects/${path}`, text })),
    ],
    losses: [
      ...found.losses,
      ...losses,
      {
        place,
        what: 'the repository',
        reason: 'set repoURL in application.yaml to the one that holds the output',
      },
    ],
  };
};

function inWave(object: KubeObject, wave: number): KubeObject {
  const { metadata } = object;
  const annotations = { ...metadata?.annotations, 'argocd.argoproj.io/sync-wave': String(wave) };
  return { ...object, metadata: { ...metadata, annotations } };
}
