import { valueParameter } from './names.ts';
import type { ArgoSubmission } from './submission.ts';

/** The folder of the document and its journal in each pod. */
export const WORK = '/work';

/** Exit codes by which the engine reports a result (docs/cli.md). Any other exit code is worth a retry. */
const VERDICTS = ['1', '2', '3', '64', '65', '70'];

/**
 * The same engine, run on one step of one box. Its journal is on the shared volume claim, so each pod continues after
 * the previous one.
 */
export function engineTemplate(submission: ArgoSubmission): object {
  const parameters = [
    'name',
    'on',
    ...variablesOf(submission).map(valueParameter),
    'task',
    'step',
    'seconds',
  ];
  return {
    name: 'engine',
    inputs: { parameters: parameters.map((name) => ({ name })) },
    // Independent steps must not run on a box at the same time: the second would find the box's lock held and ask for a
    // person.
    synchronization: { mutexes: [{ name: 'runbook-step-{{inputs.parameters.name}}' }] },
    activeDeadlineSeconds: '{{inputs.parameters.seconds}}',
    // A lost pod or a killed engine is retried and continues from its journal. A step that failed has a verdict and is
    // not retried. The expression is needed because Argo's retry policies cannot distinguish the two.
    retryStrategy: {
      limit: '3',
      retryPolicy: 'Always',
      backoff: { duration: '10s', factor: '2', maxDuration: '5m' },
      expression: `lastRetry.exitCode not in [${VERDICTS.map((code) => `"${code}"`).join(', ')}]`,
    },
    container: {
      name: 'main',
      image: submission.image,
      command: ['runbook'],
      // No shell reads these. The `=` keeps a value from being parsed as a flag.
      args: [
        'replay',
        `${WORK}/AUTODOCK.md`,
        '--only={{inputs.parameters.step}}',
        '--on={{inputs.parameters.on}}',
        `--report=${WORK}/{{inputs.parameters.task}}.junit.xml`,
        '--yes',
      ],
      workingDir: WORK,
      env: environment(submission),
      volumeMounts: mounts(submission),
    },
  };
}

function environment(submission: ArgoSubmission): object[] {
  const secrets = submission.runbook.inputs.filter(({ kind }) => kind === 'secret');
  return [
    ...variablesOf(submission).map((name) => ({
      name,
      value: `{{=sprig.b64dec(inputs.parameters['${valueParameter(name)}'])}}`,
    })),
    ...secrets.map(({ name, required }) => ({
      name,
      valueFrom: {
        secretKeyRef: { name: submission.secret, key: name, ...(required ? {} : { optional: true }) },
      },
    })),
    { name: 'RUNBOOK_STATE', value: `${WORK}/.state` },
    { name: 'RUNBOOK_BOX_STATE', value: `${WORK}/.box` },
  ];
}

function mounts(submission: ArgoSubmission): object[] {
  const files = [...fileKeys(submission.files)].map(([path, key]) => ({
    name: 'document',
    mountPath: `${WORK}/${path}`,
    subPath: key,
    readOnly: true,
  }));
  return [
    { name: 'journals', mountPath: WORK, subPath: 'boxes/{{inputs.parameters.name}}' },
    { name: 'document', mountPath: `${WORK}/AUTODOCK.md`, subPath: 'document', readOnly: true },
    ...files,
    ...(usesSsh(submission) ? [{ name: 'ssh', mountPath: '/root/.ssh', readOnly: true }] : []),
  ];
}

/** ConfigMap keys of the files that fences refer to. */
export const fileKeys = (files: ArgoSubmission['files']): ReadonlyMap<string, string> =>
  new Map(Object.keys(files).map((path, index) => [path, `file-${index + 1}`]));

/** Variables that have a value for at least one target. */
export const variablesOf = ({ targets }: ArgoSubmission): string[] => [
  ...new Set(targets.flatMap(({ values }) => Object.keys(values))),
];

export const usesSsh = ({ targets }: ArgoSubmission): boolean =>
  targets.some(({ on }) => on.startsWith('ssh://'));
