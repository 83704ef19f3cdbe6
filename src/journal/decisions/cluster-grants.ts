import { mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterGrant } from '../../model/cluster/cluster-grant.ts';
import { storing } from '../storage-error.ts';
import { userName } from '../user-name.ts';
import { readTrustedFile } from './trusted-file.ts';

/** A grant as it is stored. */
export interface GivenGrant extends ClusterGrant {
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The contexts that the person has approved; empty if the file cannot be read. @throws RunbookError 3 if others may
 * write the file
 */
export function readClusterGrants(stateFolder: string): ClusterGrant[] {
  return readTrustedFile(fileIn(stateFolder), 'contexts')?.split('\n').flatMap(parse) ?? [];
}

/** Stores a grant in one write. */
export async function grantCluster(stateFolder: string, grant: GivenGrant): Promise<void> {
  const path = fileIn(stateFolder);
  await storing('the allowed contexts', path, async () => {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    const line = JSON.stringify({ ...grant, by: userName() });
    await appendFile(path, `\n${line}\n`, { mode: 0o600, flush: true });
  });
}

function fileIn(stateFolder: string): string {
  return join(stateFolder, 'contexts.jsonl');
}

/** Ignores a line that is not a grant. */
function parse(line: string): ClusterGrant[] {
  try {
    const { context, server, namespaces } = JSON.parse(line) as ClusterGrant;
    if (typeof context !== 'string' || typeof server !== 'string') return [];
    return [{ context, server, ...(Array.isArray(namespaces) && { namespaces }) }];
  } catch {
    return [];
  }
}
