import { type Diagnostic, EXIT, RunbookError } from '../model/diagnostic.ts';

/**
 * An error of the file system in words: what could not be kept, why, and what to do. Exit 3, for only a person can help.
 * `what` names the file's purpose ("the journal"), `path` the file or folder. What is in words already, such as a box whose
 * connection is lost, stays as it is.
 */
export function storageError(what: string, path: string, error: unknown): RunbookError {
  if (error instanceof RunbookError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new RunbookError([{ ...explain(what, path, code), severity: 'error', cause: message }], EXIT.person);
}

/** Runs `work`; whatever the file system refuses becomes a storage error. */
export async function storing<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(what, path, error);
  }
}

function explain(what: string, path: string, code: string): Pick<Diagnostic, 'code' | 'message' | 'remedy'> {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code: 'storage-unwritable',
        message: `${path} cannot be written, so ${what} cannot be kept there.`,
        remedy: 'Give this user write permission there, or run as the user who has it.',
      };
    case 'ENOENT':
      return {
        code: 'storage-unwritable',
        message: `Nothing can be made at ${path}, so ${what} cannot be kept there.`,
        remedy:
          'Name a folder on a disk: RUNBOOK_BOX_STATE and RUNBOOK_STATE choose where runbook keeps its state.',
      };
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ELOOP':
      return {
        code: 'storage-unwritable',
        message: `Something else stands at ${path} or above it, so ${what} cannot be kept there.`,
        remedy: 'Move it away; runbook makes its own files and folders.',
      };
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        code: 'disk-full',
        message: `There is no room left for ${what} at ${path}; what was written before is kept.`,
        remedy: 'Free some space and run the same command again: it goes on from there.',
      };
    default:
      return {
        code: 'storage-failed',
        message: `${path} failed, so ${what} cannot be kept there.`,
        remedy: 'See the cause; run the same command again once it is mended.',
      };
  }
}
