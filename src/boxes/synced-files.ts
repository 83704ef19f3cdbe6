import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { QUIET_GIT } from '../base/quiet-git.ts';
import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';

/** A file of the folder, and how to detect a change. */
export interface SyncedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  /** Size, time and mode in one word. */
  readonly signature: string;
}

/** The files to copy, and those skipped for safety. */
export interface FolderContent {
  readonly files: readonly SyncedFile[];
  /** Files that may contain secrets: `.env` and the like. They are passed separately or not at all. */
  readonly withheld: readonly string[];
}

/**
 * The files of a folder that git would not ignore, whether it is a repository or not. Excludes the engine's own folder
 * and files like `.env`.
 * @throws RunbookError 3 if git cannot list them
 */
export async function contentOf(folder: string): Promise<FolderContent> {
  const paths = (await listFiles(folder)).filter((path) => !isOwn(path));
  const withheld = paths.filter(mayContainSecrets);
  const files = await Promise.all(
    paths.filter((path) => !mayContainSecrets(path)).map((path) => fileAt(folder, path)),
  );
  return { files: files.flatMap((file) => file ?? []), withheld };
}

/** `.env`, `.env.production`, but not a sample that is meant to be read. */
const mayContainSecrets = (path: string) =>
  /^\.env(?:\.|$)/.test(basename(path)) && !/\.(?:example|sample|template|dist)$/.test(path);

const isOwn = (path: string) => path.split('/').some((part) => part === '.git' || part === '.runbook');

/** Ignores embedded bare repositories, which the person did not create. */
const git = (...words: string[]) =>
  runProgram(['git', ...QUIET_GIT, '-c', 'safe.bareRepository=explicit', ...words]);

async function listFiles(folder: string): Promise<string[]> {
  const wanted = ['ls-files', '-z', '--others', '--exclude-standard'];
  const inRepository = await git('-C', folder, ...wanted, '--cached');
  if (inRepository.code === 0) return unique(inRepository.stdout);
  // Without a repository, an empty one is used, so that .gitignore has its usual meaning.
  const scratch = await mkdtemp(join(tmpdir(), 'runbook-sync-'));
  try {
    const made = await git('init', '--quiet', '--bare', scratch);
    const bare = [`--git-dir=${scratch}`, `--work-tree=${folder}`];
    const result = made.code === 0 ? await git(...bare, '-C', folder, ...wanted, '--full-name') : made;
    if (result.code === 0) return unique(result.stdout);
    throw boxError(
      'sync-without-git',
      `git cannot list the files of ${folder}: ${errorText(result)}.`,
      'Install git; it determines which files .gitignore excludes.',
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const unique = (text: string) => [...new Set(text.split('\0').filter(Boolean))].sort();

/** Undefined if it exists only in git's index, or is not a file or link. */
async function fileAt(folder: string, path: string): Promise<SyncedFile | undefined> {
  const status = await lstat(join(folder, path)).catch(() => undefined);
  if (!status || !(status.isFile() || status.isSymbolicLink())) return undefined;
  return {
    path,
    bytes: status.size,
    signature: `${status.size}-${Math.round(status.mtimeMs)}-${status.mode.toString(8)}`,
  };
}
