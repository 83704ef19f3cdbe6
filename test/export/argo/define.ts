import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { TestCluster } from '../../cluster/test-cluster.ts';

const KINDS = [
  ...['workflows', 'workflowtemplates', 'clusterworkflowtemplates', 'cronworkflows', 'workflowtasksets'],
  ...['workflowtaskresults', 'workflowartifactgctasks', 'workfloweventbindings'],
];

/** Installs Argo's custom resource definitions, with full schemas from the module that build.sh uses. */
export async function defineArgo({ api }: TestCluster): Promise<void> {
  const module = execFileSync(
    'go',
    ['list', '-m', '-f', '{{.Dir}}', 'github.com/argoproj/argo-workflows/v4'],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  ).trim();
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const kind of KINDS) {
    const file = join(module, `manifests/base/crds/full/argoproj.io_${kind}.yaml`);
    const definition = parse(readFileSync(file, 'utf8'));
    const { status } = await api.ask('POST', definitions, definition);
    expect([201, 409]).toContain(status);
    await api.until(`${definitions}/${definition.metadata.name}`, ({ status: said }) =>
      said?.conditions?.some(
        (each: { type: string; status: string }) => each.type === 'Established' && each.status === 'True',
      ),
    );
  }
}
