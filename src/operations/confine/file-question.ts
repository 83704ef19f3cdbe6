import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isCredentialStore } from './credential-stores.ts';

/** Where an agent's questions about files may lead. */
export interface FileScope {
  /** The document's folder; relative paths start there. */
  readonly folder: string;
  /** Folders that hold what the person decided, and what the engine itself remembers. */
  readonly own: readonly string[];
  /** Whether a person, or a document that a person approved, asks what files hold. */
  readonly content: boolean;
}

/** Folders besides the project that an agent may ask about. */
const ROOTS = ['/etc', '/usr', '/opt', '/srv', '/var/log', '/bin', '/sbin', '/lib', '/lib64'];

/** Folders in which an agent may only ask whether something exists: services keep their state there. */
const EXISTENCE_ROOTS = ['/var/www', '/var/lib', '/var/cache', '/var/spool', '/run', '/boot'];

/** A file question as it may be asked, with every link resolved, or why it is not asked. */
export type FileQuestion = { readonly path: string } | { readonly refused: string };

/** Judges where a path leads, and not how it is written. */
export function confineFile(
  { path, content }: { readonly path: string; readonly content: boolean },
  scope: FileScope,
): FileQuestion {
  const real = realPath(resolve(scope.folder, path));
  if (real === undefined) return refused(path, 'its target cannot be determined');
  const project = realPath(scope.folder) ?? scope.folder;
  if (isCredentialStore(real) || isCredentialStore(resolve(scope.folder, path)))
    return refused(path, 'it may hold secrets');
  if (scope.own.some((each) => isBelow(real, realPath(each) ?? each)))
    return refused(path, 'runbook keeps its own state there');
  const known = isBelow(real, project) || ROOTS.some((root) => isBelow(real, root));
  const exists = !content && EXISTENCE_ROOTS.some((root) => isBelow(real, root));
  if (!known && !exists)
    return refused(path, 'it is outside of the project and of the folders that an agent may ask about');
  if (!content) return { path: real };
  if (!scope.content)
    return refused(path, 'what a file holds is asked only where a person approved the check');
  return isBelow(real, project) || isForEverybody(real)
    ? { path: real }
    : refused(path, 'not every user may read it');
}

function refused(path: string, why: string): FileQuestion {
  return { refused: `not asked: ${path}: ${why}` };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}

/** The path with every link in its existing part resolved; undefined where a link leads in a circle or to nothing. */
function realPath(path: string): string | undefined {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync.native(at), ...missing);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === dirname(at) || isLink(at))
        return undefined;
      missing.unshift(basename(at));
    }
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function isForEverybody(path: string): boolean {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    return status === undefined || (status.mode & 0o004) !== 0;
  } catch {
    return false;
  }
}
