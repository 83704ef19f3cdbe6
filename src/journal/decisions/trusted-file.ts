import { closeSync, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/*
 * What a person has decided lies in files of theirs. One rule for all of them, as ssh has it for authorized_keys: what another
 * user owns, or may write, is nobody's word.
 */

/** Whether a file is this user's, or root's, who could do anything anyway. */
export function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  return uid === 0 || uid === (process.getuid?.() ?? uid);
}

/** `name` tells what it decides, in the plural ("approvals"). @throws RunbookError 3 `NAME-exposed` */
export function refuseForeign(path: string, name: string, status: Pick<Stats, 'uid' | 'mode'>): void {
  const own = isOwn(status);
  if (own && (status.mode & 0o022) === 0) return;
  throw new RunbookError(
    [
      {
        code: `${name}-exposed`,
        severity: 'error',
        message: own
          ? `${path} can be written by others, so what it says is not believed.`
          : `${path} belongs to another user (${status.uid}), so what it says is not believed.`,
        remedy: own
          ? `Look through it, then run: chmod 600 ${path}`
          : 'Move it away; runbook makes its own when you decide again.',
      },
    ],
    EXIT.person,
  );
}

/** The whole text of such a file; undefined: there is none, or none that can be read. @throws RunbookError 3 `NAME-exposed` */
export function readTrustedFile(path: string, name: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    refuseForeign(path, name, fstatSync(file));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
