import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** How long a connection stays open after its last session, so that the next pass need not log in again. */
const KEPT_OPEN_SECONDS = 60;

interface SharedConnection {
  /** What ssh needs to share the connection, by option name. */
  readonly options: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Shares one ssh connection between all sessions to a box, and keeps it open for a minute after the last one. Only a connection
 * with the same effective configuration (user, key, host key, jump host) is used again. The sockets lie in a folder that only
 * this user can open; where another user has taken that name, the connection ends with the pass.
 * @param configuration What `ssh -G` prints for the box; undefined: it failed, and the connection ends with the pass.
 */
export async function sharedConnection(configuration: string | undefined): Promise<SharedConnection> {
  const folder = join(tmpdir(), `runbook-ssh-${userInfo().uid}`);
  if (configuration !== undefined && (await isOwnFolder(folder))) {
    const name = createHash('sha256').update(configuration).digest('hex').slice(0, 16);
    return {
      options: { ControlPath: join(folder, name), ControlPersist: String(KEPT_OPEN_SECONDS) },
      close: async () => {},
    };
  }
  const temporary = await mkdtemp(join(tmpdir(), 'rb-'));
  return {
    options: { ControlPath: join(temporary, 's'), ControlPersist: 'no' },
    close: async () => await rm(temporary, { recursive: true, force: true }),
  };
}

/** Makes the folder where it is missing. A link, another owner or an open mode counts as another user's. */
async function isOwnFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  const status = await lstat(path);
  return status.isDirectory() && status.uid === userInfo().uid && (status.mode & 0o077) === 0;
}
