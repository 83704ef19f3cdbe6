import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import type { LaunchedBox } from './find-box.ts';
import { inside } from './inside.ts';
import { contentOf, type SyncedFile } from './synced-files.ts';

/** What a sync did. */
export interface Synced {
  /** Where the folder stands in the box. */
  readonly to: string;
  readonly sent: number;
  readonly bytes: number;
  readonly unchanged: number;
  readonly removed: number;
  /** Left out, since they may hold secrets. */
  readonly withheld: readonly string[];
}

/** The folder of a box that is filled where none is named. */
export const syncedFolder = (folder: string) =>
  `/srv/${
    folder
      .split('/')
      .at(-1)
      ?.replace(/[^\w.-]/g, '-') || 'project'
  }`;

/**
 * Brings the files of a folder into a box: those that changed since the last time, and takes away what is gone here.
 * What the box itself made there stays. Owner is the box's root.
 * @throws RunbookError 3 where a side cannot, 64 for a place that is none
 */
export async function syncFolder(box: LaunchedBox, folder: string, to: string): Promise<Synced> {
  refuseBadPlace(to);
  const { files, withheld } = await contentOf(folder);
  const before = await manifestOf(box, to);
  const changed = files.filter(({ path, sign }) => before.get(path) !== sign);
  const here = new Set(files.map(({ path }) => path));
  const gone = [...before.keys()].filter((path) => !here.has(path));
  if (gone.length > 0) await take(box, to, gone);
  if (changed.length > 0) await send(box, folder, to, changed);
  if (changed.length + gone.length > 0) await remember(box, to, files);
  return {
    to,
    sent: changed.length,
    bytes: changed.reduce((sum, { bytes }) => sum + bytes, 0),
    unchanged: files.length - changed.length,
    removed: gone.length,
    withheld,
  };
}

/** Puts a file of secrets into a box, readable by root alone. The content goes through a pipe. */
export async function putSecretFile(box: LaunchedBox, path: string, content: string): Promise<void> {
  refuseBadPlace(path);
  const script = 'umask 077; mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
  const said = await inside(box, script, [path], { input: content });
  if (said.code !== 0) throw failed(box, said.stderr);
}

/** Absolute, plain, and not the root: files are removed there. */
function refuseBadPlace(to: string): void {
  const parts = to.split('/').slice(1);
  if (to.startsWith('/') && parts.every((part) => part !== '' && part !== '..' && part !== '.')) return;
  throw boxError(
    'bad-place',
    `${JSON.stringify(to)} is no folder of a box.`,
    'Name an absolute path such as /srv/app.',
    { exit: EXIT.usage },
  );
}

const manifestPath = (to: string) =>
  `/var/lib/runbook/synced/${createHash('sha256').update(to).digest('hex').slice(0, 16)}`;

/** What was sent last, by path. A box that lost the folder begins anew. */
async function manifestOf(box: LaunchedBox, to: string): Promise<ReadonlyMap<string, string>> {
  const said = await inside(box, 'if [ -d "$1" ] && [ -f "$2" ]; then cat "$2"; fi', [to, manifestPath(to)]);
  if (said.code !== 0) throw failed(box, said.stderr);
  const entries = said.stdout
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.split(/ (.*)/s).slice(0, 2));
  return new Map(entries.map(([sign = '', path = '']) => [path, sign]));
}

async function remember(box: LaunchedBox, to: string, files: readonly SyncedFile[]): Promise<void> {
  const input = files.map(({ path, sign }) => `${sign} ${path}\0`).join('');
  const script = 'mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
  const said = await inside(box, script, [manifestPath(to)], { input });
  if (said.code !== 0) throw failed(box, said.stderr);
}

async function take(box: LaunchedBox, to: string, paths: readonly string[]): Promise<void> {
  const said = await inside(box, 'cd "$1" && xargs -0 rm -f --', [to], {
    input: paths.map((each) => `${each}\0`).join(''),
  });
  if (said.code !== 0) throw failed(box, said.stderr);
}

/** tar here, the engine there: the box itself needs nothing for it. */
async function send(
  box: LaunchedBox,
  folder: string,
  to: string,
  files: readonly SyncedFile[],
): Promise<void> {
  const made = await inside(box, 'mkdir -p "$1"', [to]);
  if (made.code !== 0) throw failed(box, made.stderr);
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  const tar = spawn(
    'tar',
    ['-C', folder, ...owner, '--no-recursion', '--null', '--verbatim-files-from', '-T', '-', '-cf', '-'],
    { stdio: 'pipe' },
  );
  const unpack = spawn(box.engine, ['cp', '-', `${box.container}:${to}`], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  tar.stdin.on('error', () => {});
  unpack.stdin.on('error', () => {});
  tar.stdin.end(files.map(({ path }) => `${path}\0`).join(''));
  tar.stdout.pipe(unpack.stdin);
  const [packed, unpacked] = await Promise.all([ended(tar, tar.stderr), ended(unpack, unpack.stderr)]);
  if (packed || unpacked) throw failed(box, packed || unpacked);
}

/** What it complained about; empty where it succeeded. */
async function ended(child: ReturnType<typeof spawn>, stderr: NodeJS.ReadableStream): Promise<string> {
  const said = text(stderr as AsyncIterable<Uint8Array>);
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (each) => resolve(each ?? 137));
  });
  return code === 0 ? '' : (await said).trim() || String(code);
}

function failed(box: LaunchedBox, cause: string): Error {
  return boxError(
    'sync-failed',
    `The files did not reach ${box.name}: ${cause.trim().split('\n').at(-1)}.`,
    'Mend that and sync again: what was sent is sent anew.',
  );
}
