import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { scenario } from '../support/scenario.ts';
import { findHelm } from './find-helm.ts';
import { shop } from './shop.ts';

const helm = findHelm();
// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects, looked into by their paths
const objectsOf = (yaml: string): any[] =>
  parseAllDocuments(yaml)
    .map((each) => each.toJS())
    .filter(Boolean);

async function chart(text: string) {
  const scene = await scenario(text, { env: { TOKEN: 'hunter2-hunter2' } });
  const exported = await scene.run('export', { format: 'helm', output: 'chart', allowPartial: true });
  const run = (...args: string[]) => spawnSync(helm!, args, { cwd: scene.folder, encoding: 'utf8' });
  return { ...exported, scene, run };
}

describe('the exported Helm chart', () => {
  it('has values and a schema from the inputs, and losses with their places', async () => {
    const { scene, report, exit } = await chart(shop('shop'));
    expect([exit, report.losses]).toEqual([0, []]);
    expect(await scene.read('chart/values.yaml')).toBe(`# the name of the shop
DOMAIN: shop.example

# how many pods
# number(1..5)
REPLICAS: 2

# port
PORT: 8080

# Secrets that exist in the namespace, by the name that the document gives them.
existingSecrets:
  # needs .dockerconfigjson
  pull: pull

# An image with sh and curl for \`helm test\`; empty: no tests.
tests:
  image: ""
`);
    const schema = JSON.parse(await scene.read('chart/values.schema.json'));
    expect(schema.properties.REPLICAS).toEqual({
      description: 'how many pods',
      type: 'number',
      minimum: 1,
      maximum: 5,
    });
    expect(schema.properties.PORT).toMatchObject({ type: 'integer', maximum: 65_535 });
    expect(await scene.read('chart/README.md')).toContain('### One namespace\n\nit goes with it.');
    for (const { path } of report.files) expect(await scene.read(`chart/${path}`)).not.toContain('hunter2');
  });

  it.skipIf(!helm)(
    'pleases helm lint, and renders what the document applies',
    { timeout: 60_000 },
    async () => {
      const { run } = await chart(shop('shop'));
      const lint = run('lint', '--strict', 'chart');
      expect(lint.status, lint.stdout + lint.stderr).toBe(0);
      const rendered = run(
        'template',
        'one',
        'chart',
        '--namespace',
        'other',
        '--set',
        'DOMAIN=a"b\\\\c: {{x}},tests.image=curl,existingSecrets.pull=mine',
      );
      expect(rendered.stderr).toBe('');
      expect(rendered.stdout).toContain('# `{{ braces }}` and "quotes" are text here.');
      const objects = objectsOf(rendered.stdout);
      const find = (kind: string) => objects.find((each) => each.kind === kind);
      const domain = 'a"b\\c: {{x}}';
      expect(find('ConfigMap').data).toEqual({
        template: `{{ .Title }} at ${domain}`,
        one: '{{inputs.one}}',
        many: `{{ range .Items }}\n100% of ${domain} and \${DOMAIN}\n`,
        on: 'true',
      });
      expect(find('RoleBinding').subjects[0].namespace).toBe('other');
      const { replicas, template } = find('Deployment').spec;
      expect([replicas, template.spec.containers[0].env]).toEqual([
        2,
        [
          { name: 'MORE', value: 'yes' },
          { name: 'REPLICAS', value: '2' },
        ],
      ]);
      expect(template.metadata.annotations).toEqual({ 'example.com/a': '1', 'example.com/b': domain });
      expect(template.spec.imagePullSecrets).toEqual([{ name: 'mine' }]);
      expect(template.spec.containers[1].image).toBe('registry.example/side:1.3');
      expect(find('Service').spec).toMatchObject({ sessionAffinity: 'ClientIP', ports: [{ port: 8080 }] });
      expect(objects.filter(({ kind }) => kind === 'Secret' || kind === 'Namespace')).toEqual([]);
      const pod = find('Pod');
      const script = pod.spec.containers[0].args[0];
      expect(script).toContain('http_answers "http://web:${PORT}/" 200 299 10 contains \'shop\'');
      expect(spawnSync('sh', ['-n'], { input: script }).status).toBe(0);
      expect(run('template', 'chart', '--set', 'REPLICAS=9').stderr).toContain('REPLICAS');
    },
  );

  it.skipIf(!helm)('is valid for the largest example', { timeout: 60_000 }, async () => {
    const scene = await scenario('');
    await cp(join(import.meta.dirname, '../../examples/argo'), scene.folder, { recursive: true });
    const { exit, report } = await scene.run('export', { format: 'helm', output: 'chart' });
    expect(exit).toBe(2);
    expect(report.losses.every(({ place }: { place: { line: number } }) => place.line > 1)).toBe(true);
    const lint = spawnSync(helm!, ['lint', '--strict', 'chart'], { cwd: scene.folder, encoding: 'utf8' });
    expect(lint.status, lint.stdout).toBe(0);
    const { stdout } = spawnSync(helm!, ['template', 'chart', '--include-crds'], {
      cwd: scene.folder,
      encoding: 'utf8',
    });
    const objects = objectsOf(stdout);
    expect(objects.filter(({ kind }) => kind === 'CustomResourceDefinition').length).toBeGreaterThan(5);
    const server = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'argo-server',
    );
    expect(server.spec.template.spec.containers[0].args).toContain('--secure=false');
    expect(server.spec.template.metadata.annotations).toEqual({
      'argo.example.com/tls': 'terminated-by-caddy',
    });
  });
});
