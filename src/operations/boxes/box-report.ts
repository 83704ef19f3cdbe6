import { exposedRoutes } from '../../boxes/expose.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { isRunning, type ProcessIdentity } from '../../journal/lock/process-identity.ts';
import type { BoxReport } from '../../model/report.ts';
import type { World } from '../../world.ts';

/** Boxes as they are shown, with the names under which they are reached. */
export async function boxReports(boxes: readonly LaunchedBox[], world: World): Promise<BoxReport[]> {
  const routes = boxes.length > 0 ? await exposedRoutes(world.env.CADDY_ADMIN).catch(() => []) : [];
  return boxes.map((box) => {
    const { name, status, purpose, image, imageId, engine, container, made, expires, ports, address } = box;
    const over = whyOver(box, world.now());
    const own = routes.filter((each) => each.box === name);
    return {
      ...{ name, status, purpose, image, imageId, engine, container, made, ports },
      ...(over ? { over } : {}),
      ...(expires ? { expires } : {}),
      ...(address ? { address } : {}),
      exposed: own.map(({ port, host }) => ({ port, url: `https://${host}/` })),
    };
  });
}

/** Why a box is no longer wanted; undefined: it is. */
export function whyOver(box: LaunchedBox, now: number): BoxReport['over'] {
  if (box.expires !== undefined && Date.parse(box.expires) <= now) return 'expired';
  // Kept for a look, or whole and meant to stay: only what its maker would have taken away is a left-over.
  const unfinished = box.status === 'half-made' || (box.purpose === 'prove' && box.expires === undefined);
  return unfinished && !isAlive(box.by) ? 'left-over' : undefined;
}

/** What cannot be read was not written by a process that is to be waited for. */
function isAlive(by: string): boolean {
  try {
    return isRunning(JSON.parse(by) as ProcessIdentity);
  } catch {
    return false;
  }
}
