import type { PlanStep } from '../../model/plan.ts';
import { engineTemplate, usesSsh, variablesOf, WORK } from './engine-template.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { baseName, taskNames, valueParameter } from './names.ts';
import type { ArgoSubmission } from './submission.ts';

/** Added to the time limits of a step's fences, for scheduling the pod and running its checks. */
const MARGIN_SECONDS = 15 * 60;
const DAY = 24 * 60 * 60;

/** The name of a document's ConfigMap. `hash` may be a workflow parameter. */
export const documentName = ({ runbook }: ArgoSubmission, hash: string): string =>
  `${baseName(runbook.name)}-${hash}`;

/**
 * Three levels of templates. fleet: the canary targets, then the rest. target: one box, guarded by a mutex, with a
 * task per step in dependency order. step: the engine on that one step; when a person is needed, the workflow suspends
 * until someone resumes it.
 */
export function workflowTemplate(submission: ArgoSubmission): KubernetesObject {
  const { runbook, namespace, hash, deadlineSeconds } = submission;
  const name = baseName(runbook.name);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'runbook', 'app.kubernetes.io/name': name },
      annotations: { 'runbook/hash': `sha256:${hash}` },
    },
    spec: {
      entrypoint: 'fleet',
      onExit: 'report',
      serviceAccountName: submission.serviceAccount ?? name,
      arguments: {
        parameters: [
          {
            name: 'runbook-hash',
            value: hash,
            description: 'sha256 of the document that runs; its ConfigMap',
          },
          { name: 'canary', value: '[]', description: 'targets that must succeed first' },
          { name: 'targets', value: '[]', description: 'the other targets: name, on, and its inputs' },
        ],
      },
      activeDeadlineSeconds: deadlineSeconds,
      podGC: { strategy: 'OnPodSuccess' },
      ttlStrategy: { secondsAfterSuccess: DAY, secondsAfterFailure: 7 * DAY },
      volumes: volumes(submission),
      templates: [
        fleet(submission),
        target(submission),
        step(submission),
        engineTemplate(submission),
        { name: 'person', suspend: {} },
        report(submission),
      ],
    },
  };
}

function fleet(submission: ArgoSubmission): object {
  const task = (name: string, parameter: string) => ({
    name,
    template: 'target',
    withParam: `{{workflow.parameters.${parameter}}}`,
    arguments: { parameters: passed(submission, (field) => `{{item.${field}}}`) },
  });
  return {
    name: 'fleet',
    parallelism: submission.forks,
    // A failed box does not stop the others. A failed canary does, because the rest depends on it.
    dag: {
      failFast: false,
      tasks: [
        task('canary', 'canary'),
        { ...task('rest', 'targets'), depends: 'canary.Succeeded || canary.Skipped' },
      ],
    },
  };
}

function target(submission: ArgoSubmission): object {
  const names = taskNames(submission.plan.steps);
  return {
    name: 'target',
    inputs: { parameters: declared(submission) },
    // One workflow at a time per box: mutex names are shared across the namespace.
    synchronization: { mutexes: [{ name: 'runbook-{{inputs.parameters.name}}' }] },
    dag: {
      failFast: false,
      tasks: submission.plan.steps.map((planned) => stepTask(submission, planned, names)),
    },
  };
}

function stepTask(
  submission: ArgoSubmission,
  { step, after }: PlanStep,
  names: ReadonlyMap<string, string>,
): object {
  const name = names.get(step.id)!;
  const seconds = step.actions.reduce(
    (sum, action) => sum + Math.ceil(action.timeoutMs / 1000),
    MARGIN_SECONDS,
  );
  return {
    name,
    template: 'step',
    ...(after.length === 0 ? {} : { depends: after.map((id) => `${names.get(id)!}.Succeeded`).join(' && ') }),
    arguments: {
      parameters: [
        ...passed(submission, (field) => `{{inputs.parameters.${field}}}`),
        { name: 'task', value: name },
        { name: 'step', value: step.id },
        { name: 'seconds', value: String(seconds) },
      ],
    },
  };
}

/** Exit code 3 means that a person is needed. After someone resumes the workflow, the same step is tried again. */
function step(submission: ArgoSubmission): object {
  const parameters = [...declared(submission), { name: 'task' }, { name: 'step' }, { name: 'seconds' }];
  const all = parameters.map(({ name }) => ({ name, value: `{{inputs.parameters.${name}}}` }));
  return {
    name: 'step',
    inputs: { parameters },
    dag: {
      tasks: [
        { name: 'run', template: 'engine', arguments: { parameters: all } },
        {
          name: 'person',
          template: 'person',
          depends: 'run.Failed',
          when: "'{{tasks.run.exitCode}}' == '3'",
        },
        { name: 'again', template: 'step', depends: 'person.Succeeded', arguments: { parameters: all } },
      ],
    },
  };
}

/**
 * Always reports how the workflow ended. The values are passed as environment variables, so none of them is parsed as
 * code.
 */
function report(submission: ArgoSubmission): object {
  return {
    name: 'report',
    container: {
      name: 'main',
      image: submission.image,
      command: ['sh', '-c', 'printf "%s\\n%s\\n" "$STATUS" "$FAILURES" | tee "/work/report.txt"'],
      env: [
        { name: 'STATUS', value: '{{workflow.name}} {{workflow.status}}' },
        { name: 'FAILURES', value: '{{workflow.failures}}' },
      ],
      volumeMounts: [{ name: 'journals', mountPath: WORK, subPath: 'reports/{{workflow.name}}' }],
    },
  };
}

function volumes(submission: ArgoSubmission): object[] {
  const { runbook, claim, sshSecret } = submission;
  return [
    {
      name: 'document',
      configMap: { name: documentName(submission, '{{workflow.parameters.runbook-hash}}') },
    },
    { name: 'journals', persistentVolumeClaim: { claimName: claim ?? baseName(runbook.name) } },
    ...(usesSsh(submission) ? [{ name: 'ssh', secret: { secretName: sshSecret, defaultMode: 0o400 } }] : []),
  ];
}

/** Parameters that describe the box to every template below the fleet. */
function declared(submission: ArgoSubmission): { name: string }[] {
  return [
    { name: 'name' },
    { name: 'on' },
    ...variablesOf(submission).map((name) => ({ name: valueParameter(name) })),
  ];
}

function passed(submission: ArgoSubmission, value: (field: string) => string): object[] {
  return declared(submission).map(({ name }) => ({ name, value: value(name) }));
}
