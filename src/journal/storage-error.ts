import { type Diagnostic, EXIT, RunbookError, runbookError } from '../model/diagnostic.ts';

/**
 * Explains an error of the file system: what could not be stored, why, and what to do. Exit 3, because only a person
 * can help.
 * `what` names the file's purpose ("the journal"), `path` the file or folder. A RunbookError, such as a lost
 * connection, is returned unchanged.
 */
export function storageError(what: string, path: string, error: unknown): RunbookError {
  if (error instanceof RunbookError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return runbookError({ ...explain(what, path, code), cause: message }, EXIT.person);
}

/** Runs `work` and converts file system errors to storage errors. */
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
        message: `${path} cannot be written by this user, so ${what} cannot be stored.`,
        remedy: 'Give this user write permission, or run as a user who has it.',
      };
    case 'ENOENT':
      return {
        code: 'storage-unwritable',
        message: `${path} cannot be created, so ${what} cannot be stored.`,
        remedy:
          'Set RUNBOOK_BOX_STATE and RUNBOOK_STATE to folders on a disk; they choose where runbook stores its state.',
      };
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ELOOP':
      return {
        code: 'storage-unwritable',
        message: `${path} or a folder above it is of the wrong type, so ${what} cannot be stored.`,
        remedy: 'Move it away. runbook creates its own files and folders.',
      };
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return {
        code: 'disk-full',
        message: `The disk is full, so ${what} cannot be written to ${path}. What was written before is kept.`,
        remedy: 'Free disk space, then run the same command again; it continues where it stopped.',
      };
    default:
      return {
        code: 'storage-failed',
        message: `Writing ${path} failed, so ${what} cannot be stored.`,
        remedy: 'Fix the cause, then run the same command again.',
      };
  }
}
