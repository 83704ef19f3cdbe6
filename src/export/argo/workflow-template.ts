import type { PlanStep } from '../../model/plan.ts';
import { engineTemplate, usesSsh, variablesOf, WORK } from './engine-template.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { baseName, taskNames, valueParameter } from './names.ts';
import type { ArgoSubmission } from './submission.ts';

/** Beyond the time limits of its fences, for the pod to be scheduled and for its checks. */
const MARGIN_SECONDS = 15 * 60;
const DAY = 24 * 60 * 60;

/** The ConfigMap of a document; `hash` may be a parameter of the workflow. */
export const documentName = ({ runbook }: ArgoSubmission, hash: string): string =>
  `${baseName(runbook.name)}-${hash}`;

/**
 * fleet: canary, then the rest, a `target` each → target: one box, held by a mutex, a task per step in the order of
 * their needs → step: the engine on that one step, and where a person is needed a pause until somebody resumes it.
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
    // One box that fails does not take the others with it; the canary does, by what the rest depends on.
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
    // One at a time on a box, whichever workflow it is: names of mutexes are shared in the namespace.
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

/** Exit code 3 says that a person is needed. After somebody has resumed the workflow the same step is tried again. */
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

/** Says how it ended, whatever happened; the values come by environment, so nothing of them is read as code. */
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

/** What every template below the fleet must be told of its box. */
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
