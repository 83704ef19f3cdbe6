import { fileKeys } from './engine-template.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { baseName, valueParameter } from './names.ts';
import type { ArgoSubmission, ArgoTarget } from './submission.ts';
import { documentName, workflowTemplate } from './workflow-template.ts';

/**
 * A submission as Kubernetes objects, in the order in which to apply them: the document pinned by its hash, the
 * permissions of the pods, the volume claim for the journals, the WorkflowTemplate, and the Workflow that runs it
 * once.
 */
export function argoObjects(submission: ArgoSubmission): readonly KubernetesObject[] {
  return [
    pinnedDocument(submission),
    ...(submission.claim === undefined ? [journalClaim(submission)] : []),
    ...(submission.serviceAccount === undefined ? executorAccount(submission) : []),
    workflowTemplate(submission),
    workflow(submission),
  ];
}

/** Immutable and named by its hash, so that the document cannot change during a run. */
function pinnedDocument(submission: ArgoSubmission): KubernetesObject {
  const { document, files } = submission;
  const keys = fileKeys(files);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(submission, documentName(submission, submission.hash)),
    immutable: true,
    data: {
      document,
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [keys.get(path)!, text])),
    },
  };
}

function journalClaim(submission: ArgoSubmission): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(submission, baseName(submission.runbook.name)),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
}

/**
 * The minimal permissions that Argo's executor needs in each pod:
 * https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/
 */
function executorAccount(submission: ArgoSubmission): KubernetesObject[] {
  const name = baseName(submission.runbook.name);
  const meta = metadata(submission, name);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: meta,
      rules: [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: submission.namespace }],
    },
  ];
}

function workflow(submission: ArgoSubmission): KubernetesObject {
  const { targets, canary, hash, run, runbook } = submission;
  const base = baseName(runbook.name);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: metadata(submission, `${base}-${hash.slice(0, 8)}-${run}`),
    spec: {
      workflowTemplateRef: { name: base },
      arguments: {
        parameters: [
          { name: 'runbook-hash', value: hash },
          { name: 'canary', value: listOf(targets.slice(0, canary)) },
          { name: 'targets', value: listOf(targets.slice(canary)) },
        ],
      },
    },
  };
}

/**
 * Targets for `withParam`: a JSON list of flat objects. Values are base64: Argo escapes quotation marks and
 * backslashes twice when it substitutes `{{item.…}}`, and would also substitute braces inside a value.
 */
function listOf(targets: readonly ArgoTarget[]): string {
  return JSON.stringify(
    targets.map(({ name, on, values }) => ({
      name,
      on,
      ...Object.fromEntries(
        Object.entries(values).map(([key, value]) => [valueParameter(key), base64(value)]),
      ),
    })),
  );
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function metadata({ namespace, runbook, hash }: ArgoSubmission, name: string): KubernetesObject['metadata'] {
  return {
    name,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'runbook', 'app.kubernetes.io/name': baseName(runbook.name) },
    annotations: { 'runbook/hash': `sha256:${hash}` },
  };
}
