import { exposedRoutes } from '../../boxes/expose.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { isRunning, type ProcessIdentity } from '../../journal/lock/process-identity.ts';
import type { BoxReport } from '../../model/reports/report.ts';
import type { World } from '../../world.ts';

/** Boxes as reports, with the names under which they can be reached. */
export async function boxReports(boxes: readonly LaunchedBox[], world: World): Promise<BoxReport[]> {
  const routes = boxes.length > 0 ? await exposedRoutes(world.env.CADDY_ADMIN).catch(() => []) : [];
  return boxes.map((box) => {
    const { name, status, purpose, image, imageId, engine, container, made, expires, ports, address } = box;
    const own = routes.filter((each) => each.box === name);
    return {
      ...{ name, status, purpose, image, imageId, engine, container, made, expires, ports, address },
      over: endReason(box, world.now()),
      exposed: own.map(({ port, host }) => ({ port, url: `https://${host}/` })),
    };
  });
}

/** Why a box may be pruned; undefined if it is still needed. */
export function endReason(box: LaunchedBox, now: number): BoxReport['over'] {
  if (box.expires !== undefined && Date.parse(box.expires) <= now) return 'expired';
  // A kept box and a box without an expiry stay. Only what its creator would have removed counts as left over.
  const unfinished = box.status === 'half-made' || (box.purpose === 'prove' && box.expires === undefined);
  return unfinished && !isAlive(box.by) ? 'left-over' : undefined;
}

/** An unreadable identity does not belong to a running process. */
function isAlive(by: string): boolean {
  try {
    return isRunning(JSON.parse(by) as ProcessIdentity);
  } catch {
    return false;
  }
}
