import type { KubeObject } from '../../model/cluster/kube.ts';

/** Says which runbook on which box an object was applied by. */
export const INVENTORY_LABEL = 'agent-runbook/inventory';

/** An object with the label; nothing else of it is touched. */
export function withInventoryLabel(object: KubeObject, inventory: string): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata?.labels, [INVENTORY_LABEL]: inventory } },
  };
}

/** Whether an object carries the label of this inventory. */
export function belongsTo({ metadata }: KubeObject, inventory: string): boolean {
  return metadata?.labels?.[INVENTORY_LABEL] === inventory;
}
