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
import type { SubmitReport } from '../../model/submit-report.ts';
import type { OperationContext } from '../operation.ts';

/** A workflow that is to be followed to its end. */
export interface Followed {
  readonly namespace: string;
  readonly workflow: string;
  /** Milliseconds since the epoch; Argo ends the workflow by then itself. */
  readonly deadline: number;
}

/** Follows a workflow by a watch, telling each box and step as its nodes change; the answer is how it ended. */
export async function followWorkflow(
  { emit, world, signal }: OperationContext,
  cluster: Cluster,
  { namespace, workflow, deadline }: Followed,
): Promise<NonNullable<SubmitReport['ended']>> {
  const resource = (await cluster.discovery.byKind('argoproj.io/v1alpha1', 'Workflow'))!;
  const target: LiveTarget = { resource, namespace, fieldSelector: `metadata.name=${workflow}` };
  const teller = new ProgressTeller(emit, world.now, workflow, namespace);
  const waited = await watchUntil<WorkflowStatus>(
    cluster,
    [target],
    ([found = []]) => {
      const object = found.find(({ metadata }) => metadata?.name === workflow);
      if (!object) return { kind: 'done', value: { phase: 'Deleted', message: 'somebody has deleted it' } };
      const status = statusOf(object);
      for (const progress of workflowProgress(status)) teller.tell(progress);
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

/** Whoever stops looking stops looking: the cluster goes on. */
function stillRunning(workflow: string, namespace: string): RunbookError {
  const message = `The workflow ${workflow} goes on in the cluster; only following it has ended.`;
  const remedy = `Look with argo watch -n ${namespace} ${workflow}, end it with argo stop.`;
  return new RunbookError(
    [{ code: 'still-running', severity: 'warning', message, remedy }],
    EXIT.interrupted,
  );
}

/** Argo packs the nodes of a large workflow (gzip in base64). Offloaded to a database they are not here at all. */
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

/** Turns how far the boxes are into events, each once. */
class ProgressTeller {
  readonly #ended = new Set<string>();
  readonly #steps = new Map<string, ReadonlyMap<string, StepPhase>>();

  constructor(
    private readonly emit: OperationContext['emit'],
    private readonly now: () => number,
    private readonly workflow: string,
    private readonly namespace: string,
  ) {}

  tell({ target, phase, steps, message, ms = 0 }: TargetProgress): void {
    const at = new Date(this.now()).toISOString();
    const before = this.#steps.get(target);
    if (!before) this.emit({ type: 'box-started', at, target });
    for (const [step, now] of steps) if (before?.get(step) !== now) this.#tellStep(target, step, now, at);
    this.#steps.set(target, steps);
    if (phase === 'running' || this.#ended.has(target)) return;
    this.#ended.add(target);
    const done = [...steps.values()].filter((each) => each === 'done').length;
    const words = message || `${done} of ${steps.size} steps`;
    this.emit({ type: 'box-finished', at, target, outcome: phase, ms, message: words });
  }

  #tellStep(target: string, step: string, phase: StepPhase, at: string): void {
    if (phase === 'running')
      this.emit({ type: 'step-started', at, step, title: step, reason: 'new', target });
    if (phase !== 'waits') return;
    const message = `"${step}" needs a person on ${target}: the workflow waits.`;
    const remedy = `Mend it, then: argo resume -n ${this.namespace} ${this.workflow}`;
    this.emit({
      type: 'diagnostic',
      target,
      diagnostic: { code: 'waits-for-person', severity: 'warning', message, remedy },
    });
  }
}
