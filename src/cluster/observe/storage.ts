import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { RawObject } from './raw.ts';

interface RawClaimSpec {
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly accessModes?: readonly string[];
}

/** A claim. An empty class is a deliberate value and differs from a missing one. */
export function claimFact(raw: RawObject): NewClusterFact {
  const { storageClassName, volumeName, accessModes } = (raw.spec ?? {}) as RawClaimSpec;
  return {
    kind: 'claim',
    namespace: raw.metadata?.namespace ?? 'default',
    name: raw.metadata?.name ?? '',
    uid: raw.metadata?.uid ?? '',
    phase: (raw.status as { phase?: string } | undefined)?.phase ?? 'Pending',
    ...(storageClassName !== undefined && { class: storageClassName }),
    ...(volumeName !== undefined && volumeName !== '' && { volume: volumeName }),
    modes: [...(accessModes ?? [])],
  };
}

interface RawStorageClass extends RawObject {
  readonly provisioner?: string;
  readonly volumeBindingMode?: string;
}

/** A storage class, and whether it is the default class. */
export function storageClassFact(raw: RawStorageClass): NewClusterFact {
  return {
    kind: 'storage-class',
    name: raw.metadata?.name ?? '',
    default: raw.metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
    provisioner: raw.provisioner ?? '',
    binding: raw.volumeBindingMode ?? 'Immediate',
  };
}
