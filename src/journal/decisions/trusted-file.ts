import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { EXIT, runbookError } from '../../model/diagnostic.ts';

/*
 * A person's decisions are stored in files. The same rule as ssh's for authorized_keys applies to all of them: a file
 * that another user owns or may write is not trusted.
 */

/** Whether a file belongs to this user, or to root, who can change any file. */
export function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  return uid === 0 || uid === (process.getuid?.() ?? uid);
}

/** `name` is the plural of what the file contains ("approvals"). @throws RunbookError 3 `NAME-exposed` */
export function requireTrusted(path: string, name: string, status: Pick<Stats, 'uid' | 'mode'>): void {
  const own = isOwn(status);
  if (own && (status.mode & 0o022) === 0) return;
  throw runbookError(
    {
      code: `${name}-exposed`,
      message: own
        ? `${path} can be written by other users, so it is not trusted.`
        : `${path} belongs to another user (${status.uid}), so it is not trusted.`,
      remedy: own
        ? `Check its content, then run: chmod 600 ${path}`
        : 'Move it away. runbook creates a new file at your next decision.',
    },
    EXIT.person,
  );
}

/** The text of such a file; undefined if it is missing or cannot be read. @throws RunbookError 3 `NAME-exposed` */
export function readTrustedFile(path: string, name: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    requireTrusted(path, name, fstatSync(file));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
