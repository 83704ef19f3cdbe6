import type { KubeObject } from '../../model/cluster/kube.ts';

/** Label that names the runbook and box that applied an object. */
export const INVENTORY_LABEL = 'agent-runbook/inventory';

/** Adds the label to an object and changes nothing else. */
export function withInventoryLabel(object: KubeObject, inventory: string): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata?.labels, [INVENTORY_LABEL]: inventory } },
  };
}

/** Whether an object carries this inventory's label. */
export function hasInventoryLabel({ metadata }: KubeObject, inventory: string): boolean {
  return metadata?.labels?.[INVENTORY_LABEL] === inventory;
}
