import { valueParameter } from './names.ts';
import type { ArgoSubmission } from './submission.ts';

/** Where the document lies in each pod; its journal lies beside it. */
export const WORK = '/work';

/** Exit codes with which the engine says what it found (docs/cli.md). Only what is none of them is worth a second try. */
const VERDICTS = ['1', '2', '3', '64', '65', '70'];

/** The same engine on one step of one box. Its journal lies on the claim, so every pod goes on from the one before. */
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
    // Steps that do not need each other may not meet on a box: its lock would send the second one to a person.
    synchronization: { mutexes: [{ name: 'runbook-step-{{inputs.parameters.name}}' }] },
    activeDeadlineSeconds: '{{inputs.parameters.seconds}}',
    // A pod that is lost, or whose engine was killed, goes on from its journal. A step that failed has been judged, and is
    // not tried again: the expression says so, since to Argo's policies a killed engine and a judged step are one.
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
      // No shell reads these; `=` keeps a value from being taken for a flag.
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

/** ConfigMap keys of the files that fences name. */
export const fileKeys = (files: ArgoSubmission['files']): ReadonlyMap<string, string> =>
  new Map(Object.keys(files).map((path, index) => [path, `file-${index + 1}`]));

/** Variables that some target has a value for. */
export const variablesOf = ({ targets }: ArgoSubmission): string[] => [
  ...new Set(targets.flatMap(({ values }) => Object.keys(values))),
];

export const usesSsh = ({ targets }: ArgoSubmission): boolean =>
  targets.some(({ on }) => on.startsWith('ssh://'));
