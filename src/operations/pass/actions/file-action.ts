import type { FileAction } from '../../../model/action.ts';
import type { Approved } from '../../../model/approved.ts';
import { fileFenceCheck } from '../checks.ts';
import type { ActionRow } from './action-row.ts';
import { notPerformed, type Performed, type Performing } from './performing.ts';
import { fileDifference, wantedFile } from './wanted-file.ts';

/** A file: written where it differs, so that it is its own check. */
export const fileAction: ActionRow<'file'> = {
  perform: performFile,
  check: (action, { asking, covering }) => fileFenceCheck(action, covering, asking),
};

async function performFile(
  { value: action }: Approved<FileAction>,
  { pass, state }: Performing,
): Promise<Performed> {
  const { verdict } = await fileDifference(action, pass, state);
  if (verdict === 'pass') return { ok: true, state };
  const wanted = wantedFile(action, pass, state);
  try {
    await pass.box.write(wanted.path, wanted.content, {
      mode: wanted.mode,
      ...(wanted.owner === undefined ? {} : { owner: wanted.owner }),
    });
    return { ok: true, state };
  } catch (error) {
    return notPerformed(
      action,
      'file',
      `${wanted.path} could not be written: ${(error as Error).message}`,
      writeRemedy(error, wanted.path),
    );
  }
}

function writeRemedy(error: unknown, path: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free disk space there. The old content, if any, is unchanged.';
    case 'EACCES':
    case 'EPERM':
      return 'Run as a user who may write there. The old content, if any, is unchanged.';
    case 'EROFS':
      return 'That file system is mounted read-only. Write to another one, or remount it.';
    case 'EISDIR':
      return `${path} is a directory. Use the path of a file in it.`;
    default:
      return 'Fix the cause, then run the same command again. The old content, if any, is unchanged.';
  }
}
