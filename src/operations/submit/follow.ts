import { gunzipSync } from 'node:zlib';
import type { LiveTarget } from '../../cluster/checks/live-list.ts';
import { watchUntil } from '../../cluster/checks/watch-until.ts';
import {
  hasEnded,
  type StepPhase,
  type TargetProgress,
  type WorkflowStatus,
  workflowProgress,
} from '../../export/argo/progress.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { SubmitReport } from '../../model/reports/submit-report.ts';
import type { OperationContext } from '../operation.ts';

/** A workflow to follow to its end. */
export interface Followed {
  readonly namespace: string;
  readonly workflow: string;
  /** Milliseconds since the epoch; Argo ends the workflow by then. */
  readonly deadline: number;
}

/** Follows a workflow with a watch, and reports each box and step as its nodes change. Returns how it ended. */
export async function followWorkflow(
  { emit, world, signal }: OperationContext,
  cluster: Cluster,
  { namespace, workflow, deadline }: Followed,
): Promise<NonNullable<SubmitReport['ended']>> {
  const resource = (await cluster.discovery.byKind('argoproj.io/v1alpha1', 'Workflow'))!;
  const target: LiveTarget = { resource, namespace, fieldSelector: `metadata.name=${workflow}` };
  const reporter = new ProgressReporter(emit, world.now, workflow, namespace);
  const waited = await watchUntil<WorkflowStatus>(
    cluster,
    [target],
    ([found = []]) => {
      const object = found.find(({ metadata }) => metadata?.name === workflow);
      if (!object) return { kind: 'done', value: { phase: 'Deleted', message: 'it was deleted' } };
      const status = statusOf(object);
      for (const progress of workflowProgress(status)) reporter.report(progress);
      return hasEnded(status) ? { kind: 'done', value: status } : { kind: 'wait' };
    },
    { deadline, signal },
  );
  if (waited.kind === 'aborted') throw stillRunning(workflow, namespace);
  if (waited.kind === 'timeout')
    return {
      phase: 'Unknown',
      message: waited.error?.message ?? 'the workflow did not end in time',
      ms: waited.waitedMs,
    };
  const { phase = 'Unknown', message = '' } = waited.value;
  return { phase, message, ms: waited.waitedMs };
}

/** Stopping to follow does not stop the workflow. */
function stillRunning(workflow: string, namespace: string): RunbookError {
  const message = `The workflow ${workflow} continues in the cluster; only following it was stopped.`;
  const remedy = `Follow it with "argo watch -n ${namespace} ${workflow}", or end it with "argo stop".`;
  return new RunbookError(
    [{ code: 'still-running', severity: 'warning', message, remedy }],
    EXIT.interrupted,
  );
}

/**
 * Argo compresses the nodes of a large workflow (gzip in base64). If they are offloaded to a database, they are missing
 * here.
 */
function statusOf(object: KubeObject): WorkflowStatus {
  const status = (object.status ?? {}) as WorkflowStatus & { readonly compressedNodes?: string };
  if (!status.compressedNodes) return status;
  try {
    const text = gunzipSync(Buffer.from(status.compressedNodes, 'base64'), {
      maxOutputLength: 64 * 1024 * 1024,
    });
    return { ...status, nodes: JSON.parse(text.toString('utf8')) };
  } catch {
    return status;
  }
}

/** Converts the progress of boxes to events, each once. */
class ProgressReporter {
  readonly #ended = new Set<string>();
  readonly #steps = new Map<string, ReadonlyMap<string, StepPhase>>();

  constructor(
    private readonly emit: OperationContext['emit'],
    private readonly now: () => number,
    private readonly workflow: string,
    private readonly namespace: string,
  ) {}

  report({ target, phase, steps, message, ms = 0 }: TargetProgress): void {
    const at = new Date(this.now()).toISOString();
    const before = this.#steps.get(target);
    if (!before) this.emit({ type: 'box-started', at, target });
    for (const [step, now] of steps) if (before?.get(step) !== now) this.#reportStep(target, step, now, at);
    this.#steps.set(target, steps);
    if (phase === 'running' || this.#ended.has(target)) return;
    this.#ended.add(target);
    const done = [...steps.values()].filter((each) => each === 'done').length;
    const text = message || `${done} of ${steps.size} steps`;
    this.emit({ type: 'box-finished', at, target, outcome: phase, ms, message: text });
  }

  #reportStep(target: string, step: string, phase: StepPhase, at: string): void {
    if (phase === 'running')
      this.emit({ type: 'step-started', at, step, title: step, reason: 'new', target });
    if (phase !== 'waits') return;
    const message = `"${step}" needs a person on ${target}: the workflow waits.`;
    const remedy = `Fix the cause, then run: argo resume -n ${this.namespace} ${this.workflow}`;
    this.emit({
      type: 'diagnostic',
      target,
      diagnostic: { code: 'waits-for-person', severity: 'warning', message, remedy },
    });
  }
}
