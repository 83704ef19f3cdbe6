// Writes examples/argo/vendor/ from the published Go modules of Argo: node scripts/vendor-argo.mjs
//
// What is changed on the way is said at the head of each file: one namespace, pinned images, and for the custom resources
// the open schema that upstream itself uses in its "minimal" set, since the full ones weigh a megabyte.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

const namespace = 'argo';
const vendor = join(import.meta.dirname, '../examples/argo/vendor');

const projects = [
  {
    name: 'argo-workflows',
    module: 'github.com/argoproj/argo-workflows/v4',
    version: 'v4.0.5',
    from: [
      'manifests/base/crds/minimal',
      'manifests/base/workflow-controller',
      'manifests/base/argo-server',
      'manifests/namespace-install/workflow-controller-rbac',
      'manifests/namespace-install/argo-server-rbac',
    ],
    namespacedArguments: ['--namespaced'],
  },
  {
    name: 'argo-events',
    module: 'github.com/argoproj/argo-events',
    version: 'v1.9.9',
    from: [
      'manifests/base/crds',
      'manifests/base',
      'manifests/base/controller-manager',
      'manifests/namespace-install/rbac',
    ],
    namespacedArguments: ['--namespaced'],
  },
];

const clusterWide = new Set(['CustomResourceDefinition', 'PriorityClass', 'Namespace']);

mkdirSync(vendor, { recursive: true });
for (const project of projects) {
  const file = join(vendor, `${project.name}-${project.version}.yaml`);
  writeFileSync(file, vendored(project));
  console.log(file);
}

function vendored(project) {
  const objects = project.from
    .flatMap((folder) => objectsIn(join(moduleFolder(project), folder)))
    .map((object) => adapted(object, project));
  const head = [
    `# ${project.name} ${project.version}, from ${project.module} (Apache-2.0), written by scripts/vendor-argo.mjs.`,
    `# Changed: everything in the namespace ${namespace} alone, images pinned to ${project.version}, custom resources with open schemas.`,
    '',
  ];
  return (
    head.join('\n') +
    objects
      .map((object) => `---\n${stringify(object, { lineWidth: 110, aliasDuplicateObjects: false })}`)
      .join('')
  );
}

function moduleFolder({ module, version }) {
  const answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    encoding: 'utf8',
  });
  return JSON.parse(answer).Dir;
}

function objectsIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document) => document.toJS())
    .filter(Boolean);
}

function adapted(object, project) {
  if (!clusterWide.has(object.kind)) object.metadata.namespace = namespace;
  for (const subject of object.subjects ?? []) subject.namespace = namespace;
  if (object.kind === 'CustomResourceDefinition') openSchemas(object);
  for (const container of object.spec?.template?.spec?.containers ?? []) {
    container.image = pinned(container.image, project);
    container.args.push(...project.namespacedArguments);
    delete container.imagePullPolicy; // Always, upstream: for a moving tag
    for (const variable of container.env ?? []) {
      if (variable.value) variable.value = pinned(variable.value, project);
    }
  }
  return object;
}

function pinned(image, { version }) {
  return image.replace(/:latest$/, `:${version}`);
}

function openSchemas({ spec }) {
  for (const version of spec.versions) {
    const { properties, required } = version.schema.openAPIV3Schema;
    const fields = Object.entries(properties).map(([name, { type }]) => [
      name,
      type === 'object' && name !== 'metadata'
        ? { type, 'x-kubernetes-preserve-unknown-fields': true }
        : { type },
    ]);
    version.schema.openAPIV3Schema = { type: 'object', properties: Object.fromEntries(fields), required };
  }
}
