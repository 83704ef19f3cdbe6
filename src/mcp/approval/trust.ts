import { join } from 'node:path';
import { isOwnMarker } from '../../operations/agent/own-marker.ts';
import type { AgentContext } from '../../operations/agent/tool.ts';
import type { World } from '../../world.ts';

/**
 * Whether drafts may run on this machine without approval. `--trust sandbox` alone is not enough, because the client's
 * configuration is a file in the project, which an agent can write. A person must have created the marker outside the
 * project.
 */
export async function trustOf(
  world: World,
  asked: AgentContext['trust'],
  note: (line: string) => void,
  machineMarker = '/etc/runbook/sandbox',
): Promise<AgentContext['trust']> {
  if (asked === 'guarded') return 'guarded';
  const markers = [machineMarker, join(world.folders.person, 'sandbox')];
  for (const marker of markers) {
    if (await isOwnMarker(marker)) return 'sandbox';
  }
  note(
    `--trust sandbox is ignored: a marker file of your own is required at ${markers.join(' or ')}. Drafts need approval.`,
  );
  return 'guarded';
}
