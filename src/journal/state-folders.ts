import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where runbook stores the state of the box, as opposed to a project: /var/lib/runbook for root, otherwise the user's
 * XDG state folder (freedesktop.org Base Directory Specification: a relative XDG_STATE_HOME is ignored).
 * RUNBOOK_BOX_STATE overrides it.
 */
export function boxStateFolder(env: Environment, uid = process.getuid?.()): string {
  return env.RUNBOOK_BOX_STATE || (uid === 0 ? '/var/lib/runbook' : userStateFolder(env));
}

/** Where the person's own decisions are stored, outside every workspace. RUNBOOK_STATE overrides it. */
export function personStateFolder(env: Environment): string {
  return env.RUNBOOK_STATE || userStateFolder(env);
}

function userStateFolder(env: Environment): string {
  const base = env.XDG_STATE_HOME;
  return join(base && isAbsolute(base) ? base : join(env.HOME || homedir(), '.local', 'state'), 'runbook');
}
