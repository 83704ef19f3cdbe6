import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { QUIET_GIT } from '../base/quiet-git.ts';
import { boxError } from './box-errors.ts';
import { call, errorText } from './call.ts';

/** A file of the folder, and what tells that it is another one now. */
export interface SyncedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  /** Size, time and mode in one word. */
  readonly sign: string;
}

/** What belongs into a box, and what was left out for safety. */
export interface FolderContent {
  readonly files: readonly SyncedFile[];
  /** Files that may hold secrets: `.env` and the like. They are given apart, or not at all. */
  readonly withheld: readonly string[];
}

/**
 * The files of a folder that git would not ignore, whether it is a repository or not. The engine's own folder and files of
 * the kind of `.env` never belong to them.
 * @throws RunbookError 3 where git cannot tell
 */
export async function contentOf(folder: string): Promise<FolderContent> {
  const paths = (await listed(folder)).filter((path) => !isOwn(path));
  const withheld = paths.filter(mayHoldSecrets);
  const files = await Promise.all(
    paths.filter((path) => !mayHoldSecrets(path)).map((path) => fileAt(folder, path)),
  );
  return { files: files.flatMap((file) => file ?? []), withheld };
}

/** `.env`, `.env.production`, but not the sample that is meant to be read. */
const mayHoldSecrets = (path: string) =>
  /^\.env(?:\.|$)/.test(basename(path)) && !/\.(?:example|sample|template|dist)$/.test(path);

const isOwn = (path: string) => path.split('/').some((part) => part === '.git' || part === '.runbook');

/** An embedded repository is none of the person's making, and is not taken for one. */
const git = (...words: string[]) =>
  call('git', [...QUIET_GIT, '-c', 'safe.bareRepository=explicit', ...words]);

async function listed(folder: string): Promise<string[]> {
  const wanted = ['ls-files', '-z', '--others', '--exclude-standard'];
  const inRepository = await git('-C', folder, ...wanted, '--cached');
  if (inRepository.code === 0) return unique(inRepository.stdout);
  // No repository: an empty one stands in, so that .gitignore means what it always means.
  const scratch = await mkdtemp(join(tmpdir(), 'runbook-sync-'));
  try {
    const made = await git('init', '--quiet', '--bare', scratch);
    const bare = [`--git-dir=${scratch}`, `--work-tree=${folder}`];
    const said = made.code === 0 ? await git(...bare, '-C', folder, ...wanted, '--full-name') : made;
    if (said.code === 0) return unique(said.stdout);
    throw boxError(
      'sync-without-git',
      `git cannot list the files of ${folder}: ${errorText(said)}.`,
      'Install git: it says what .gitignore leaves out.',
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const unique = (text: string) => [...new Set(text.split('\0').filter(Boolean))].sort();

/** undefined: it is in git's list only, or no file that can be carried. */
async function fileAt(folder: string, path: string): Promise<SyncedFile | undefined> {
  const status = await lstat(join(folder, path)).catch(() => undefined);
  if (!status || !(status.isFile() || status.isSymbolicLink())) return undefined;
  return {
    path,
    bytes: status.size,
    sign: `${status.size}-${Math.round(status.mtimeMs)}-${status.mode.toString(8)}`,
  };
}
