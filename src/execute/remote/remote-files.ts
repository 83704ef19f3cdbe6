import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { shellQuote } from '../../base/shell-quote.ts';
import type { FileStatus, ProgramResult } from '../../model/box.ts';
import type { Program } from '../../model/own-program.ts';
import WRITE_FILE from './scripts/write-file.sh';

/** Runs a program on the box. remote-execution chooses how its input is sent. */
export type RunOnRemote = (program: Program) => Promise<ProgramResult>;

/** A script with its arguments, as one text that a shell reads. */
export function withArguments(script: string, ...values: readonly string[]): string {
  return `set -- ${values.map(shellQuote).join(' ')}\n${script}`;
}

/** Exit code with which our scripts report that the path does not exist. */
const NOTHING_THERE = 44;

const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/**
 * The file's content; undefined if it does not exist. @throws an error with the system's `code` and the path in its
 * message
 */
export async function readRemote(run: RunOnRemote, path: string): Promise<Buffer | undefined> {
  const file = shellQuote(path);
  const script = `[ -e ${file} ] || [ -L ${file} ] || exit ${NOTHING_THERE}; [ ! -d ${file} ] || { echo 'Is a directory' >&2; exit 1; }; cat <${file}`;
  const { code, stdout, stderr } = await run({ run: script, timeoutMs: DEFAULT_TIMEOUT_MS });
  if (code === NOTHING_THERE) return undefined;
  if (code !== 0) throw systemError(stderr, code, path);
  return stdout;
}

/**
 * What the path refers to, symlinks followed; undefined if nothing exists there. GNU, busybox and BSD stat take
 * different options.
 */
export async function statusRemote(run: RunOnRemote, path: string): Promise<FileStatus | undefined> {
  const file = shellQuote(path);
  const script =
    `[ -e ${file} ] || exit ${NOTHING_THERE}; ` +
    `stat -L -c '%f %u %g %s' -- ${file} 2>/dev/null || stat -L -f '%Xp %u %g %z' ${file}`;
  const { code, stdout, stderr } = await run({ run: script });
  if (code === NOTHING_THERE) return undefined;
  if (code !== 0) throw systemError(stderr, code, path);
  const [mode = '', uid, gid, bytes] = stdout.toString().trim().split(' ');
  const bits = Number.parseInt(mode, 16);
  const type = bits & 0o170000;
  return {
    kind: type === 0o100000 ? 'file' : type === 0o040000 ? 'directory' : 'other',
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    bytes: Number(bytes),
  };
}

/** Whether the file belongs to `user`, `user:group` or `:group`. False for a name that does not exist on the box. */
export async function ownsRemote(run: RunOnRemote, owner: string, status: FileStatus): Promise<boolean> {
  const [user = '', group = ''] = owner.split(':');
  const uid = user === '' ? String(status.uid) : numberOr(user, `id -u -- ${shellQuote(user)}`);
  const gid = group === '' ? String(status.gid) : numberOr(group, groupNumber(group));
  const { code, stdout } = await run({ run: `echo ${uid} && echo ${gid}` });
  const [foundUser, foundGroup] = stdout.toString().trim().split('\n');
  return code === 0 && Number(foundUser) === status.uid && Number(foundGroup) === status.gid && !!foundGroup;
}

/**
 * Writes a file as execute/files does locally: temporary file in the same folder, sync, rename. The content is the
 * program's input, so it appears in no argument list.
 * @throws an error with the system's `code`; the old content is then unchanged
 */
export async function writeRemote(
  run: RunOnRemote,
  path: string,
  content: Buffer,
  { mode, owner }: { readonly mode: number; readonly owner?: string },
): Promise<void> {
  const bits = mode.toString(8).padStart(4, '0');
  const draft = `.${basename(path).slice(0, 200)}.${randomBytes(6).toString('hex')}`;
  const script = withArguments(WRITE_FILE, path, bits, owner ?? '', draft);
  const { code, stderr } = await run({ run: script, input: content, timeoutMs: DEFAULT_TIMEOUT_MS });
  if (code !== 0) throw systemError(stderr, code, path);
}

function numberOr(name: string, command: string): string {
  return /^\d+$/.test(name) ? name : `"$(${command})"`;
}

/** getent reads every source that the box has configured. /etc/group works without it. */
function groupNumber(group: string): string {
  const wanted = shellQuote(group);
  return `{ getent group ${wanted} || grep -F -- ${shellQuote(`${group}:`)} /etc/group; } | while IFS=: read -r name _ id _; do [ "$name" != ${wanted} ] || echo "$id"; done`;
}

/** Maps a program's error text to the system error that Node would throw. */
function systemError(said: string, code: number, path: string): NodeJS.ErrnoException {
  const [, name] = ERROR_PATTERNS.find(([words]) => words.test(said)) ?? [
    undefined,
    code === 255 ? 'ECONNRESET' : 'EIO',
  ];
  const line = said.trim().split('\n').at(-1) || `exit code ${code}`;
  return Object.assign(new Error(`${name}: ${line}, ${dirname(path) === path ? path : `'${path}'`}`), {
    code: name,
  });
}

const ERROR_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/permission denied/i, 'EACCES'],
  [/operation not permitted/i, 'EPERM'],
  [/no space left/i, 'ENOSPC'],
  [/quota exceeded/i, 'EDQUOT'],
  [/read-only file system/i, 'EROFS'],
  [/is a directory/i, 'EISDIR'],
  [/not a directory|file exists/i, 'ENOTDIR'],
  [/too many levels/i, 'ELOOP'],
  [/invalid (user|group|spec|owner)|unknown (user|group)|not an ordinary file/i, 'EINVAL'],
  [/no such file/i, 'ENOENT'],
];
