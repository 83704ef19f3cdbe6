import { patchTarget } from '../../../cluster/apply/patch.ts';
import { placeAll } from '../../../cluster/apply/placing.ts';
import { ClusterError, remedyOf } from '../../../cluster/cluster-errors.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import type { KubeObject } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { OperationContext } from '../../operation.ts';
import {
  type ClusterWork,
  clusterOfFence,
  FenceDefect,
  placeOfLine,
} from '../../pass/actions/cluster-action.ts';
import { DEFAULT_NAMESPACE, objectsOfFence } from '../../pass/actions/wanted-objects.ts';
import { passOf } from '../../pass/open.ts';
import type { Session } from '../../session/session.ts';
import { imageDiagnostics } from './images.ts';
import { missingRights } from './rights.ts';
import { capacityDiagnostics } from './room.ts';
import { storageDiagnostics } from './storage.ts';
import type { ClusterFence, PatchedOnCluster, WantedOnCluster } from './wanted.ts';

/**
 * Cluster problems that are known before step one: no kubeconfig, no answer, a context or namespace without approval,
 * missing permissions, kinds, quotas or storage classes. What an earlier step may create is a warning.
 */
export async function simulateApply(
  context: OperationContext,
  session: Session,
  fences: readonly ClusterFence[],
): Promise<Diagnostic[]> {
  const pass = passOf(context, session);
  const work: ClusterWork = { pass, state: { variables: new Map() }, signal: context.signal };
  const diagnostics = new DiagnosticBuilder(fences[0]!);
  let cluster: Cluster;
  try {
    cluster = await clusterOfFence(work);
    await cluster.discovery.all();
  } catch (error) {
    return [diagnostics.describe(error, fences[0]!)];
  }
  const found: Diagnostic[] = [];
  const wanted: WantedOnCluster[] = [];
  const read = await Promise.all(fences.map((fence) => objectsIn(fence, work)));
  const all = read.flatMap((each) => ('objects' in each ? each.objects : []));
  for (const each of read) {
    if ('error' in each) found.push(diagnostics.describe(each.error, each.fence));
    else
      wanted.push(
        ...(await placedIn(cluster, each, all, work, (error) =>
          found.push(diagnostics.describe(error, each.fence)),
        )),
      );
  }
  const definesKinds = all.some(({ kind }) => kind === 'CustomResourceDefinition');
  const patched = await patchedBy(cluster, fences, work, (error, fence) =>
    found.push(diagnostics.describe(error, { ...fence, afterShell: fence.afterShell || definesKinds })),
  );
  try {
    const results = await Promise.all([
      missingRights(cluster, { wanted, patched }, context.signal),
      capacityDiagnostics(cluster, wanted, context.signal),
      storageDiagnostics(cluster, wanted, context.signal),
      imageDiagnostics(wanted),
    ]);
    return unique([...found, ...results.flat()]);
  } catch (error) {
    return [...found, diagnostics.describe(error, fences[0]!)];
  }
}

/** One reason may affect many objects. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [`${each.code} ${each.message}`, each])).values()];
}

interface ReadFence {
  readonly fence: ClusterFence;
  readonly objects: readonly KubeObject[];
}

async function objectsIn(
  fence: ClusterFence,
  work: ClusterWork,
): Promise<ReadFence | { readonly fence: ClusterFence; readonly error: unknown }> {
  if (fence.action.kind === 'patch') return { fence, objects: [] };
  try {
    return { fence, objects: await objectsOfFence(fence.action, work) };
  } catch (error) {
    return { fence, error };
  }
}

/** One by one, so that an object that cannot be placed hides no other. Definitions may come with any fence. */
async function placedIn(
  cluster: Cluster,
  { fence: { action }, objects }: ReadFence,
  all: readonly KubeObject[],
  work: ClusterWork,
  refuse: (error: unknown) => void,
): Promise<WantedOnCluster[]> {
  const namespace = work.pass.substitute(action.namespace ?? DEFAULT_NAMESPACE, work.state);
  const definitions = all.filter((each) => each.kind === 'CustomResourceDefinition');
  const placed: WantedOnCluster[] = [];
  for (const object of objects) {
    try {
      const others = definitions.filter(
        (each) => each.metadata?.name !== object.metadata?.name || object.kind !== each.kind,
      );
      const [own] = await placeAll(cluster, [object, ...others], {
        namespace,
        inventory: work.pass.inventory,
      });
      if (own) placed.push({ placed: own, place: action.place });
    } catch (error) {
      refuse(error);
    }
  }
  return placed;
}

/** The targets of patches; whether they exist is checked by their step. */
async function patchedBy(
  cluster: Cluster,
  fences: readonly ClusterFence[],
  work: ClusterWork,
  refuse: (error: unknown, fence: ClusterFence) => void,
): Promise<PatchedOnCluster[]> {
  const patched: PatchedOnCluster[] = [];
  for (const fence of fences) {
    const { action } = fence;
    if (action.kind !== 'patch') continue;
    const replaced = (text: string) => work.pass.substitute(text, work.state);
    const request = { target: replaced(action.target), namespace: replaced(action.namespace) };
    try {
      patched.push({ ...(await patchTarget(cluster, request)), place: action.place });
    } catch (error) {
      refuse(error, fence);
    }
  }
  return patched;
}

/** Converts an error to a diagnostic: an error, unless something that runs earlier could fix it. */
class DiagnosticBuilder {
  constructor(private readonly first: ClusterFence) {}

  describe(error: unknown, { action, afterShell }: ClusterFence = this.first): Diagnostic {
    if (error instanceof FenceDefect) {
      const { message, remedy, line } = error;
      return { code: 'bad-manifest', severity: 'error', message, remedy, place: placeOfLine(action, line) };
    }
    if (!(error instanceof ClusterError)) throw error;
    const mayBeFixed = afterShell && error.kind !== 'not-allowed';
    return {
      code: `cluster-${error.kind}`,
      severity: mayBeFixed ? 'warning' : 'error',
      message: error.message,
      remedy: mayBeFixed
        ? `You need not do anything if an earlier step creates it. Otherwise: ${remedyOf(error)}`
        : remedyOf(error),
      place: action.place,
    };
  }
}
