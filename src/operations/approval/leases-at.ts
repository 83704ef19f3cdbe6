import type { ApprovalPlace } from '../../journal/decisions/approvals.ts';
import { openLeases } from '../../journal/decisions/leases.ts';
import type { LeaseRow } from '../../model/reports/report.ts';
import type { World } from '../../world.ts';

/** The leases that are valid now, of every client: those of one document on one box, or all. */
export async function leasesAt(world: World, place?: ApprovalPlace): Promise<LeaseRow[]> {
  const leases = await openLeases(world.folders.person, world.now).list();
  return leases
    .filter(({ document, box }) => !place || (document === place.document && box === place.box))
    .map(({ id, document, box, boxName, client, at, until }) => ({
      ...{ id, document, box, boxName, client, at, until },
    }));
}
