import { pluralize } from '../../base/pluralize.ts';
import type { ClosurePart } from '../../model/closure.ts';
import type { ApprovalTarget } from './approval.ts';

/** A box of a fleet with the values that it sets itself. */
interface FleetBox {
  readonly name: string;
  readonly on: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** `runbook prove`: a clean box of this image. */
export function proveTarget(image: string): ApprovalTarget {
  const where = `clean box of ${image}`;
  return { place: { box: where, boxName: `a ${where}` }, flags: '--for prove' };
}

/** `runbook chaos` without `--on`: a fresh box for each fault. */
export const CHAOS_TARGET: ApprovalTarget = {
  place: { box: 'chaos', boxName: 'a fresh box' },
  flags: '--for chaos',
};

/** `runbook replay --fleet`: the boxes of an inventory. */
export function fleetTarget(inventory: string, boxes: readonly FleetBox[]): ApprovalTarget {
  return {
    place: { box: `fleet ${inventory}`, boxName: pluralize(boxes.length, 'box', 'boxes') },
    parts: [boxesPart(boxes)],
    flags: `--fleet ${inventory}`,
  };
}

/** `runbook submit`: pods of a namespace. Their image holds the engine, so it is approved too. */
export function submitTarget(
  { namespace, image, inventory }: { namespace: string; image: string; inventory?: string | undefined },
  boxes: readonly FleetBox[],
): ApprovalTarget {
  const where = `cluster, in pods of ${namespace}`;
  return {
    place: { box: where, boxName: `a ${where}` },
    parts: [boxesPart(boxes), { of: '', how: 'Image of the pods', text: `${image}\n` }],
    flags: `--for submit${inventory === undefined ? '' : ` --fleet ${inventory}`} --image ${image} --namespace ${namespace}`,
  };
}

function boxesPart(boxes: readonly FleetBox[]): ClosurePart {
  const lines = boxes.map(({ name, on, inputs }) => `${name}: ${on} ${JSON.stringify(inputs)}\n`);
  return { of: '', how: 'Boxes', text: lines.join('') };
}
