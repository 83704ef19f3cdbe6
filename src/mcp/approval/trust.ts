import { join } from 'node:path';
import { isOwnMarker } from '../../operations/agent/own-marker.ts';
import type { AgentContext } from '../../operations/agent/tool.ts';
import type { World } from '../../world.ts';

/**
 * How far this machine may be trusted to be thrown away. `--trust sandbox` alone is not enough: the configuration of a
 * client is a file in the project, which an agent can write. A person has to have put the marker where the project does
 * not reach.
 */
export async function trustOf(
  world: World,
  asked: AgentContext['trust'],
  note: (line: string) => void,
): Promise<AgentContext['trust']> {
  if (asked === 'guarded') return 'guarded';
  const markers = ['/etc/runbook/sandbox', join(world.folders.person, 'sandbox')];
  for (const marker of markers) {
    if (await isOwnMarker(marker)) return 'sandbox';
  }
  note(
    `--trust sandbox does not count: neither ${markers.join(' nor ')} is there as your own. Drafts need approval.`,
  );
  return 'guarded';
}
