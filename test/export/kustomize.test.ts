import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { scenario } from '../support/scenario.ts';
import { shop } from './shop.ts';

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects, looked into by their paths
const objectsOf = (yaml: string): any[] =>
  parseAllDocuments(yaml)
    .map((each) => each.toJS())
    .filter(Boolean);

it('kubectl kustomize builds the objects of the document, with digests', async (context) => {
  if (spawnSync('kubectl', ['version', '--client']).error) context.skip('kubectl is not installed');
  const scene = await scenario(shop('shop'));
  const { exit, report } = await scene.run('export', { format: 'kustomize', output: 'out' });
  expect(exit).toBe(2);
  expect(report.losses.map(({ what }: { what: string }) => what)).toEqual([
    'the check `http GET http://web:${PORT}/ contains "shop" within 5s`',
    'the input DOMAIN',
    'the input REPLICAS',
    'the input PORT',
    'the Secret "pull"',
  ]);
  expect(parse(await scene.read('out/overlay/kustomization.yaml')).images).toEqual([
    { name: 'registry.example/web', digest: `sha256:${'0'.repeat(64)}` },
    { name: 'registry.example/side', newTag: '1.3' },
  ]);
  const built = spawnSync('kubectl', ['kustomize', 'out/overlay'], { cwd: scene.folder, encoding: 'utf8' });
  expect(built.stderr).toBe('');
  const objects = objectsOf(built.stdout);
  expect(objects.map(({ kind }) => kind).sort()).toEqual(
    ['ConfigMap', 'Deployment', 'Namespace', 'RoleBinding', 'Service', 'ServiceAccount'].sort(),
  );
  const find = (wanted: string) => objects.find(({ kind }) => kind === wanted);
  expect(find('ConfigMap').data.many).toBe('{{ range .Items }}\n100% of shop.example and ${DOMAIN}\n');
  const { replicas, template } = find('Deployment').spec;
  expect([replicas, template.spec.containers[0].env[1].value, template.spec.containers[1].image]).toEqual([
    2,
    '2',
    'registry.example/side:1.3',
  ]);
});

it('an Application of Argo CD syncs the steps in their order', async () => {
  const scene = await scenario(
    shop('shop').replace(
      '## Inputs',
      `### Last\n\n~~~yaml {"apply":"kubernetes","namespace":"shop"}\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: last }\n~~~\n\n## Inputs`,
    ),
  );
  await scene.run('export', { format: 'argocd', output: 'out' });
  const { spec } = parse(await scene.read('out/application.yaml'));
  expect(spec.destination.namespace).toBe('shop');
  const waves = async (file: string) =>
    objectsOf(await scene.read(`out/objects/${file}`)).map(
      ({ metadata }) => metadata.annotations['argocd.argoproj.io/sync-wave'],
    );
  expect(new Set(await waves('01-make-the-shop.yaml'))).toEqual(new Set(['0']));
  expect(await waves('02-last.yaml')).toEqual(['1']);
});
