import { createHash } from 'node:crypto';
import { EXIT } from '../model/diagnostic.ts';
import { runPiped } from '../program/joined-programs.ts';
import { boxError } from './box-errors.ts';
import type { LaunchedBox } from './find-box.ts';
import { inside } from './inside.ts';
import { contentOf, type SyncedFile } from './synced-files.ts';

/** The result of a sync. */
export interface Synced {
  /** The folder's path in the box. */
  readonly to: string;
  readonly sent: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Skipped, because they may contain secrets. */
  readonly withheld: readonly string[];
}

/** The default target folder in a box. */
export const syncedFolder = (folder: string) =>
  `/srv/${
    folder
      .split('/')
      .at(-1)
      ?.replace(/[^\w.-]/g, '-') || 'project'
  }`;

/**
 * Copies the files of a folder to a box: sends those that changed since the last sync, and deletes those that were
 * deleted here. Files that the box created stay. They are owned by root.
 * @throws RunbookError 3 if a side fails, 64 for an invalid target
 */
export async function syncFolder(box: LaunchedBox, folder: string, to: string): Promise<Synced> {
  requireValidTarget(to);
  const { files, withheld } = await contentOf(folder);
  const before = await manifestOf(box, to);
  const changed = files.filter(({ path, signature }) => before.get(path) !== signature);
  const here = new Set(files.map(({ path }) => path));
  const gone = [...before.keys()].filter((path) => !here.has(path));
  if (gone.length > 0) await deleteFiles(box, to, gone);
  if (changed.length > 0) await send(box, folder, to, changed);
  if (changed.length + gone.length > 0) await writeManifest(box, to, files);
  return {
    to,
    sent: changed.length,
    bytes: changed.reduce((sum, { bytes }) => sum + bytes, 0),
    unchanged: files.length - changed.length,
    removed: gone.length,
    withheld,
  };
}

/** Writes a file of secrets in a box, readable by root only. The content is sent through a pipe. */
export async function putSecretFile(box: LaunchedBox, path: string, content: string): Promise<void> {
  requireValidTarget(path);
  const script = 'umask 077; mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
  const result = await inside(box, script, [path], { input: content });
  if (result.code !== 0) throw failed(box, result.stderr);
}

/** Absolute, normalized, and not the root, because files are deleted there. */
function requireValidTarget(to: string): void {
  const parts = to.split('/').slice(1);
  if (to.startsWith('/') && parts.every((part) => part !== '' && part !== '..' && part !== '.')) return;
  throw boxError(
    'bad-place',
    `${JSON.stringify(to)} is not a valid folder in a box.`,
    'Use an absolute path such as /srv/app.',
    { exit: EXIT.usage },
  );
}

const manifestPath = (to: string) =>
  `/var/lib/runbook/synced/${createHash('sha256').update(to).digest('hex').slice(0, 16)}`;

/** What was sent last, by path. Empty if the box lost the folder. */
async function manifestOf(box: LaunchedBox, to: string): Promise<ReadonlyMap<string, string>> {
  const result = await inside(box, 'if [ -d "$1" ] && [ -f "$2" ]; then cat "$2"; fi', [
    to,
    manifestPath(to),
  ]);
  if (result.code !== 0) throw failed(box, result.stderr);
  const entries = result.stdout
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.split(/ (.*)/s).slice(0, 2));
  return new Map(entries.map(([signature = '', path = '']) => [path, signature]));
}

async function writeManifest(box: LaunchedBox, to: string, files: readonly SyncedFile[]): Promise<void> {
  const input = files.map(({ path, signature }) => `${signature} ${path}\0`).join('');
  const script = 'mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
  const result = await inside(box, script, [manifestPath(to)], { input });
  if (result.code !== 0) throw failed(box, result.stderr);
}

async function deleteFiles(box: LaunchedBox, to: string, paths: readonly string[]): Promise<void> {
  const result = await inside(box, 'cd "$1" && xargs -0 rm -f --', [to], {
    input: paths.map((each) => `${each}\0`).join(''),
  });
  if (result.code !== 0) throw failed(box, result.stderr);
}

/** Uses tar here and the engine there, so the box needs no program for it. */
async function send(
  box: LaunchedBox,
  folder: string,
  to: string,
  files: readonly SyncedFile[],
): Promise<void> {
  const made = await inside(box, 'mkdir -p "$1"', [to]);
  if (made.code !== 0) throw failed(box, made.stderr);
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const list = ['--no-recursion', '--null', '--verbatim-files-from', '-T', '-'];
  const reason = await runPiped(
    ['tar', '-C', folder, ...owner, ...list, '-cf', '-'],
    [box.engine, 'cp', '-', `${box.container}:${to}`],
    files.map(({ path }) => `${path}\0`).join(''),
  );
  if (reason !== undefined) throw failed(box, reason);
}

function failed(box: LaunchedBox, cause: string): Error {
  return boxError(
    'sync-failed',
    `The files could not be copied to ${box.name}: ${cause.trim().split('\n').at(-1)}.`,
    'Fix the cause and sync again.',
  );
}
