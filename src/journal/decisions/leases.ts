import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isRunning, type ProcessIdentity, thisProcess } from '../lock/process-identity.ts';
import type { ApprovalPlace } from './approvals.ts';
import { LineFile } from './line-file.ts';

const Lease = z.object({
  /** Short name for `runbook approvals`: `le-` and 8 hexadecimal digits. */
  id: z.string(),
  document: z.string(),
  box: z.string(),
  boxName: z.string(),
  /** Name and version of the client, as it says itself. */
  client: z.string(),
  /** ISO 8601. */
  at: z.string(),
  until: z.string(),
  /** Milliseconds between question and answer. */
  latencyMs: z.number().optional(),
  /** The server that asked: the lease ends with it. */
  server: z.object({ pid: z.int(), start: z.string(), boot: z.string() }),
});
export type Lease = z.infer<typeof Lease>;

const Revoked = z.object({ revoked: z.string(), at: z.string() });

/** Times in which an agent's drafts run unasked: one project, one box, one client of one running server. */
export interface Leases {
  /** The lease of this process's server for a client, where one counts now. */
  current(place: ApprovalPlace, client: string): Promise<Lease | undefined>;
  give(lease: Omit<Lease, 'id' | 'server'>): Promise<Lease>;
  /** All that count now, of any server that still runs; newest first. */
  list(): Promise<Lease[]>;
  revoke(id: string): Promise<void>;
}

/** Opens the leases in the person's state folder. Every method may throw RunbookError 3, as the approvals do. */
export function openLeases(stateFolder: string, now: () => number): Leases {
  const file = new LineFile(stateFolder, 'leases', z.union([Lease, Revoked]));
  const list = async () => {
    const lines = await file.read();
    const revoked = new Set(lines.flatMap((each) => ('revoked' in each ? [each.revoked] : [])));
    const given = lines.filter((each): each is Lease => 'server' in each);
    return given
      .filter(({ id, until, server }) => !revoked.has(id) && Date.parse(until) > now() && isRunning(server))
      .reverse();
  };
  return {
    list,
    current: async ({ document, box }, client) =>
      (await list()).find(
        (each) =>
          each.document === document &&
          each.box === box &&
          each.client === client &&
          isThisProcess(each.server),
      ),
    give: async (lease) => {
      const given = { ...lease, id: `le-${randomBytes(4).toString('hex')}`, server: thisProcess() };
      await file.append(given);
      return given;
    },
    revoke: (id) => file.append({ revoked: id, at: new Date(now()).toISOString() }),
  };
}

function isThisProcess({ pid, start, boot }: ProcessIdentity): boolean {
  const own = thisProcess();
  return pid === own.pid && start === own.start && boot === own.boot;
}
