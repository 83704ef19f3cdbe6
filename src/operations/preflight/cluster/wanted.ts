import type { Placed } from '../../../cluster/apply/server-side-apply.ts';
import type { ApplyAction, PatchAction, RegistryAction } from '../../../model/action.ts';
import type { ApiResource } from '../../../model/cluster/kube.ts';
import type { Place } from '../../../model/place.ts';

/** A fence for a cluster, and whether code that could bring what it needs runs before it. */
export interface ClusterFence {
  readonly action: ApplyAction | RegistryAction | PatchAction;
  readonly afterShell: boolean;
}

/** What a fence holds, each object in its place. */
export interface WantedThere {
  readonly placed: Placed;
  readonly place: Place;
}

/** What a patch is for. */
export interface PatchedThere {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly place: Place;
}
