import type { Placed } from '../../../cluster/apply/server-side-apply.ts';
import type { ApplyAction, PatchAction, RegistryAction } from '../../../model/action.ts';
import type { ApiResource } from '../../../model/cluster/kube.ts';
import type { Place } from '../../../model/place.ts';

/** A fence for a cluster, and whether earlier shell code could create what it needs. */
export interface ClusterFence {
  readonly action: ApplyAction | RegistryAction | PatchAction;
  readonly afterShell: boolean;
}

/** An object of a fence, with its place. */
export interface WantedOnCluster {
  readonly placed: Placed;
  readonly place: Place;
}

/** The target of a patch. */
export interface PatchedOnCluster {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly place: Place;
}
