/** The part of a Workflow's status that shows its progress. Every field is optional. */
export interface WorkflowStatus {
  readonly phase?: string;
  readonly message?: string;
  readonly nodes?: Readonly<Record<string, WorkflowNode>>;
}

/** One node of a workflow's tree. */
interface WorkflowNode {
  readonly id: string;
  readonly type?: string;
  readonly templateName?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly boundaryID?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly inputs?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] };
}

/** The progress of one box. */
export interface TargetProgress {
  readonly target: string;
  readonly phase: 'running' | 'done' | 'failed';
  /** Step ids with their phase: succeeded, running, waiting for a person, or failed. */
  readonly steps: ReadonlyMap<string, StepPhase>;
  readonly message: string;
  /** Milliseconds from start to end; undefined while it runs. */
  readonly ms?: number;
}

export type StepPhase = 'done' | 'running' | 'waits' | 'failed';

/** Whether a workflow has ended, successfully or not. */
export const hasEnded = ({ phase = '' }: WorkflowStatus): boolean =>
  phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';

/**
 * The boxes that have started, with their steps, as read from the workflow's nodes (workflow-template.ts names the
 * templates).
 */
export function workflowProgress({ nodes = {} }: WorkflowStatus): readonly TargetProgress[] {
  const all = Object.values(nodes);
  return all
    .filter((node) => node.templateName === 'target' && node.type === 'DAG')
    .map((node) => {
      const inside = descendants(all, node.id);
      const steps = inside.filter((each) => each.templateName === 'step' && each.boundaryID === node.id);
      const ms = timeOf(node);
      return {
        target: parameter(node, 'name'),
        phase: phaseOf(node),
        steps: new Map(steps.map((each) => [parameter(each, 'step'), stepPhase(all, each)])),
        message:
          node.message ?? inside.find((each) => phaseOf(each) === 'failed' && each.message)?.message ?? '',
        ...(ms === undefined ? {} : { ms }),
      };
    });
}

function stepPhase(all: readonly WorkflowNode[], step: WorkflowNode): StepPhase {
  const phase = phaseOf(step);
  const waits = descendants(all, step.id).some(
    (node) => node.type === 'Suspend' && phaseOf(node) === 'running',
  );
  return phase === 'running' && waits ? 'waits' : phase;
}

function descendants(all: readonly WorkflowNode[], id: string): WorkflowNode[] {
  const own = all.filter((node) => node.boundaryID === id && node.id !== id);
  return own.flatMap((node) => [node, ...descendants(all, node.id)]);
}

function phaseOf({ phase = '' }: WorkflowNode): 'running' | 'done' | 'failed' {
  if (phase === 'Succeeded' || phase === 'Skipped' || phase === 'Omitted') return 'done';
  return phase === 'Failed' || phase === 'Error' ? 'failed' : 'running';
}

function timeOf({ startedAt, finishedAt }: WorkflowNode): number | undefined {
  if (!startedAt || !finishedAt) return undefined;
  const ms = Date.parse(finishedAt) - Date.parse(startedAt);
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const parameter = ({ inputs }: WorkflowNode, name: string): string =>
  inputs?.parameters?.find((each) => each.name === name)?.value ?? '';
