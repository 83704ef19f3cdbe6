import type { KubeObject } from '../model/cluster/kube.ts';
import { at, Condition, failed, progressing, type Readiness, ready } from './readiness-words.ts';

const SUCCEEDED = ['Succeeded', 'Complete', 'Completed', 'SuccessCriteriaMet'];
const FAILED = /^(?:Failed|Failure|Error|Errored|FailureTarget)$/;
/** Conditions that say that a thing has come to its end, one way or the other. */
const ENDED = /^(?:complete|completed|finished|done)$/i;

/** Whether something that runs to an end has ended well: a Job, a Workflow, a pod, or any kind whose phase or conditions say so. */
export function succeeded(object: KubeObject): Readiness {
  const failure = permanentFailure(object);
  if (failure) return failed(failure);
  const phase = at(object, 'status', 'phase');
  if (typeof phase === 'string' && phase !== '') {
    return SUCCEEDED.includes(phase) ? ready(phase) : progressing(`its phase is ${phase}`);
  }
  const [done] = SUCCEEDED.flatMap((type) => Condition.of(object, type) ?? []);
  if (done?.status === 'True') return ready(done.type);
  return progressing(done ? `${done.type} is ${done.status}: ${done.text}` : 'it has not ended yet');
}

/** Why it has failed for good, in the words of its phase or conditions; undefined: it has not. */
export function permanentFailure(object: KubeObject): string | undefined {
  const phase = at(object, 'status', 'phase');
  const message = at(object, 'status', 'message');
  if (typeof phase === 'string' && FAILED.test(phase)) {
    return `its phase is ${phase}${typeof message === 'string' && message ? `: ${message}` : ''}`;
  }
  const failure = ['Failed', 'FailureTarget'].flatMap((type) => Condition.of(object, type) ?? []);
  return failure.find(({ status }) => status === 'True')?.text;
}

/** Whether a condition speaks of an end, and not of how it ended. */
export function saysOnlyEnded(type: string): boolean {
  return ENDED.test(type);
}
