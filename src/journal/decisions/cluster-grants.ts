import { join } from 'node:path';
import { z } from 'zod';
import type { ClusterGrant } from '../../model/cluster/cluster-grant.ts';
import { entriesOf } from '../lines/json-lines.ts';
import { userName } from '../user-name.ts';
import { LineFile } from './line-file.ts';
import { readTrustedFile } from './trusted-file.ts';

const Grant = z.object({
  context: z.string(),
  server: z.string(),
  namespaces: z.array(z.string()).readonly().optional(),
  /** ISO 8601. */
  at: z.string().optional(),
  by: z.string().optional(),
});

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
  const text = readTrustedFile(join(stateFolder, 'contexts.jsonl'), 'contexts') ?? '';
  return entriesOf(text, Grant).map(({ context, server, namespaces }) => ({
    context,
    server,
    ...(namespaces && { namespaces }),
  }));
}

/** Stores a grant. */
export async function grantCluster(stateFolder: string, grant: GivenGrant): Promise<void> {
  await new LineFile(stateFolder, 'contexts', Grant).append({ ...grant, by: userName() });
}
