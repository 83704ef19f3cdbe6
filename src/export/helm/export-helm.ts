import { stringify } from 'yaml';
import { shellQuote } from '../../base/shell-quote.ts';
import { objectYaml } from '../as-yaml.ts';
import {
  type Exported,
  type ExportedFile,
  type Exporter,
  type ExportSource,
  type Loss,
  usesInput,
} from '../exporter.ts';
import { type ClusterObjects, clusterObjects, whyComment } from '../kubernetes/cluster-objects.ts';
import { objectFile, objectName } from '../kubernetes/object-name.ts';
import CHECKS from '../shell/scripts/checks.sh';
import { shellCheckOf } from '../shell/shell-check-of.ts';
import { literalText, objectTemplate, type Replaced } from './template-text.ts';
import { valuesSchema, valuesText } from './values.ts';

const HELPERS = `{{/* A value as text: JSON writes a large number as it was written. */}}
{{- define "runbook.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}

{{/* A value that YAML would read as a number or a boolean. */}}
{{- define "runbook.typed" -}}
{{- $text := include "runbook.text" . -}}
{{- if regexMatch "^(true|false|-?[0-9]+(\\\\.[0-9]+)?)$" $text }}{{ $text }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}
`;

/** Writes a Helm chart: the objects of the document as templates, its inputs as values. */
export const exportHelm: Exporter = (source: ExportSource): Exported => {
  const found = clusterObjects(source, { hasTests: true, createsNamespace: true });
  const { inputs, facts } = source.runbook;
  // Inputs that only the rest of the document uses do not become values of the chart.
  const used = JSON.stringify([
    found.steps.map(({ objects }) => objects),
    found.checks.map(({ check }) => check.text),
  ]);
  const variables = inputs.filter(({ kind, name }) => kind === 'variable' && usesInput(used, name));
  const replaced: Replaced = {
    values: new Set(variables.map(({ name }) => name)),
    constants: new Map(facts.map(({ name, value }) => [name, value])),
    namespace: found.namespace,
    secrets: new Set(found.secrets.keys()),
  };
  const tests = testFiles(source, found, replaced);
  const losses = [...found.losses, ...tests.losses];
  return {
    files: [
      { path: 'Chart.yaml', text: chartText(source) },
      { path: 'values.yaml', text: valuesText(variables, found.secrets, tests.files.length > 0) },
      { path: 'values.schema.json', text: valuesSchema(variables) },
      { path: '.helmignore', text: '.git/\n*.tgz\n' },
      { path: 'README.md', text: readme(source) },
      { path: 'templates/_helpers.tpl', text: HELPERS },
      { path: 'templates/NOTES.txt', text: notes(source, found, losses) },
      ...objectFiles(found, replaced),
      ...tests.files,
    ],
    losses,
  };
};

function chartText({ runbook, hash }: ExportSource): string {
  return stringify({
    apiVersion: 'v2',
    name: objectName(runbook.name),
    description: `${runbook.name}, exported from ${runbook.file}`,
    type: 'application',
    version: `0.1.0+sha256.${hash.slice(0, 12)}`,
    annotations: { 'runbook/hash': `sha256:${hash}` },
  });
}

/** One template for each step; definitions go where Helm installs them first. */
function objectFiles({ steps }: ClusterObjects, replaced: Replaced): ExportedFile[] {
  return steps.flatMap(({ step, objects }, index): ExportedFile[] => {
    const name = objectFile(step, index);
    const [definitions, others] = [true, false].map((wanted) =>
      objects.filter(({ kind }) => (kind === 'CustomResourceDefinition') === wanted),
    );
    const comment = literalText(whyComment(step));
    return [
      // Helm copies crds/ as it is.
      ...file(
        `crds/${name}`,
        definitions!.map((each) => `---\n${whyComment(step)}\n${objectYaml(each)}`),
      ),
      ...file(
        `templates/${name}`,
        others!.map((each) => `---\n${comment}\n${objectTemplate(each, replaced)}`),
      ),
    ];
  });
}

const file = (path: string, parts: readonly string[]): ExportedFile[] =>
  parts.length === 0 ? [] : [{ path, text: parts.join('') }];

/** A pod for each check, with an image that the person names. */
function testFiles(source: ExportSource, { checks }: ClusterObjects, { values }: Replaced) {
  const losses: Loss[] = [];
  const files = checks.flatMap(({ step, check }, index): ExportedFile[] => {
    const found = shellCheckOf(check, source.runbook.facts, (name) => values.has(name), shellQuote);
    if ('reason' in found) {
      losses.push({ place: check.place, what: `the check \`${check.text}\``, reason: found.reason });
      return [];
    }
    const seconds = Math.ceil(check.withinMs / 1000);
    const script = `${CHECKS.replace(/^#.*\n/, '')}
rb_newline='\n'
until=$(($(date +%s) + ${seconds}))
until (${found.command}); do
  [ "$(date +%s)" -lt "$until" ] || exit 1
  sleep 1
done
`;
    const name = `${objectName(step.id)}-${index + 1}`;
    const used = [...values].filter((each) => check.text.includes(`\${${each}}`));
    const env = used.map(
      (each) =>
        `        - name: ${each}\n          value: {{ include "runbook.text" .Values.${each} | quote }}`,
    );
    const text = `{{- if .Values.tests.image }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ printf "%s-%s" .Release.Name ${JSON.stringify(name)} | trunc 63 | trimSuffix "-" }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  containers:
    - name: check
      image: {{ .Values.tests.image | quote }}
${env.length > 0 ? `      env:\n${env.join('\n')}\n` : ''}      command: [sh, -c]
      args:
        - |
${literalText(script)
  .split('\n')
  .map((line) => `          ${line}`.trimEnd())
  .join('\n')}
{{- end }}
`;
    return [{ path: `templates/tests/${name}.yaml`, text }];
  });
  return { files, losses };
}

function notes(
  { runbook }: ExportSource,
  { secrets, namespace }: ClusterObjects,
  losses: readonly Loss[],
): string {
  const { endpoints, questions } = runbook;
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? [`\n${title}`, ...lines.map((line) => `  ${line}`)] : [];
  return `${literalText(
    [
      `${runbook.name}, exported from ${runbook.file}. The document uses the namespace ${namespace}.`,
      ...part(
        'Endpoints:',
        endpoints.map(({ name, target }) => `${name}: ${target}`),
      ),
      ...part(
        'Secrets that must exist:',
        [...secrets].map(([name, keys]) => `${name} with ${keys.join(', ')}`),
      ),
      ...part(
        'Open questions:',
        questions.map(({ title }) => title),
      ),
      ...(losses.length > 0
        ? [`\n${losses.length} parts of the document are not in this chart; NOT-EXPORTED.md lists them.`]
        : []),
    ].join('\n'),
  )}\n`;
}

function readme({ runbook, plan }: ExportSource): string {
  const { decisions, name, file: document } = runbook;
  const entry = (title: string, ...texts: readonly string[]) => [
    `### ${title}`,
    ...texts.filter((text) => text !== ''),
  ];
  const problems = plan.problems.map(({ step }) => step);
  return `${[
    `# ${name}`,
    `This chart is exported from \`${document}\`. Change the document, and export again.`,
    ...(decisions.length > 0 ? ['## Decisions'] : []),
    ...decisions.flatMap(({ title, why, alternatives }) =>
      entry(title, why, alternatives && `Alternatives: ${alternatives}`),
    ),
    ...(problems.length > 0 ? ['## Problems'] : []),
    ...problems.flatMap(({ title, symptomText, why, fixText }) => entry(title, symptomText, why, fixText)),
  ].join('\n\n')}\n`;
}
