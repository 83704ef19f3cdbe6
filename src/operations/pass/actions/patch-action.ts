import { readValues } from '../../../cluster/apply/documents.ts';
import { checkPatch, type PatchRequest, sendPatch } from '../../../cluster/apply/patch.ts';
import type { PatchAction } from '../../../model/action.ts';
import type { Approved } from '../../../model/approved.ts';
import type { Verdict } from '../../../model/check.ts';
import {
  type ClusterWork,
  clusterFailure,
  clusterOfFence,
  clusterUnknown,
  FenceDefect,
  substitutionOf,
} from './cluster-action.ts';
import type { Performed, Performing } from './performing.ts';

/** Patches one object; what holds already is not done twice. */
export async function performPatch(
  { value: action }: Approved<PatchAction>,
  performing: Performing,
): Promise<Performed> {
  const { pass, state, output, signal } = performing;
  output.begin();
  try {
    const cluster = await clusterOfFence(performing);
    const request = requestOf(action, performing);
    const checked = await checkPatch(cluster, request, signal);
    if (!checked.holds) await sendPatch(cluster, checked, request, signal);
    output.push(Buffer.from(`${request.target} ${checked.holds ? 'unchanged' : 'patched'}\n`));
    return { ok: true, state };
  } catch (error) {
    return clusterFailure(action, error, pass);
  } finally {
    output.end();
  }
}

/** Whether the object is as the patch would leave it. */
export async function patchDifference(action: PatchAction, work: ClusterWork): Promise<Verdict> {
  const expected = 'patched as written';
  try {
    const { holds } = await checkPatch(await clusterOfFence(work), requestOf(action, work), work.signal);
    return holds
      ? { verdict: 'pass', observed: 'as patched', expected, class: 'same' }
      : { verdict: 'fail', observed: 'it would change something', expected, class: 'content' };
  } catch (error) {
    return clusterUnknown(expected, error, work.pass);
  }
}

function requestOf(action: PatchAction, work: ClusterWork): PatchRequest {
  const read = readValues(action.text, substitutionOf(work));
  if (!read.ok) throw new FenceDefect(read.message, 'Correct the patch.', read.line);
  if (read.values.length !== 1)
    throw new FenceDefect(
      'A patch fence must contain one document.',
      'Write each patch in its own fence.',
      1,
    );
  return {
    target: work.pass.substitute(action.target, work.state),
    namespace: work.pass.substitute(action.namespace, work.state),
    type: action.type,
    patch: read.values[0]!.value,
  };
}
