import type { EntryKind, FolderEntry, Status } from '../machine.ts';
import type { ToolAnswer } from '../tool.ts';
import { MAX_FILE_BYTES } from './script.ts';

/** The results of one observation of a remote machine, by path. */
export interface Recording {
  readonly files: ReadonlyMap<string, Buffer>;
  /** Too large to be fetched. */
  readonly tooLarge: ReadonlySet<string>;
  readonly heads: ReadonlyMap<string, Buffer>;
  readonly tails: ReadonlyMap<string, Buffer>;
  readonly gone: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  readonly there: ReadonlySet<string>;
  readonly programs: ReadonlyMap<string, boolean>;
  readonly statuses: ReadonlyMap<string, Status>;
  readonly linkStatuses: ReadonlyMap<string, Status>;
  readonly links: ReadonlyMap<string, string>;
  readonly folders: ReadonlyMap<string, readonly FolderEntry[]>;
  /** Key: `md5 PATH` or `sha256 PATH`; value: hex. */
  readonly digests: ReadonlyMap<string, string>;
  /** Results of text searches, by `textKey`. */
  readonly texts: ReadonlyMap<string, boolean>;
  readonly rooms: ReadonlyMap<string, readonly number[]>;
  /** Key: program and arguments, joined by spaces. */
  readonly tools: ReadonlyMap<string, ToolAnswer>;
  /** User of each process. */
  readonly processes: ReadonlyMap<number, number> | undefined;
  /** File descriptor and socket by process. */
  readonly sockets: ReadonlyMap<number, readonly (readonly [fd: string, inode: string])[]>;
  /** Missing tools that an observation needs; empty if it has all. */
  readonly lacks: string;
  /** Process id of the observing shell, its user, and the machine's clock in seconds. */
  readonly me: readonly [pid: number, uid: number, seconds: number];
}

interface Frame {
  readonly kind: string;
  readonly of: string;
  readonly content: Buffer;
}

/**
 * Reads the frames that `observeScript` printed; undefined if the end is missing because the output was cut off. Pure.
 */
export function readRecording(output: Buffer, mark: string): Recording | undefined {
  const frames = framesOf(output, mark);
  const me = frames
    .find(({ kind }) => kind === 'me')
    ?.of.split(' ')
    .map(Number);
  if (frames.at(-1)?.kind !== 'end' || me?.length !== 3) return undefined;
  const recording = empty(me as [number, number, number]);
  for (const [index, frame] of frames.entries()) addFrame(recording, frame, frames[index + 1]);
  return recording;
}

function framesOf(output: Buffer, mark: string): Frame[] {
  const frames: Frame[] = [];
  let at = output.indexOf(mark);
  while (at >= 0) {
    const next = output.indexOf(mark, at + mark.length);
    const frame = output.subarray(at + mark.length, next < 0 ? output.length : next);
    const line = frame.indexOf('\n');
    const head = frame.toString('utf8', 0, line < 0 ? frame.length : line);
    const blank = head.indexOf(' ');
    frames.push({
      kind: head.slice(0, blank),
      of: head.slice(blank + 1),
      content: line < 0 ? Buffer.alloc(0) : frame.subarray(line + 1),
    });
    at = next;
  }
  return frames;
}

type RecordingBuilder = {
  -readonly [K in keyof Recording]: Recording[K] extends ReadonlyMap<infer A, infer B>
    ? Map<A, B>
    : Recording[K] extends ReadonlySet<infer A>
      ? Set<A>
      : Recording[K];
};

/** An empty recording, for probes that use only the network. */
export const UNREAD: Recording = empty([0, 0, 0]);

function empty(me: readonly [number, number, number]): RecordingBuilder {
  return {
    files: new Map(),
    tooLarge: new Set(),
    heads: new Map(),
    tails: new Map(),
    gone: new Set(),
    denied: new Set(),
    there: new Set(),
    programs: new Map(),
    statuses: new Map(),
    linkStatuses: new Map(),
    links: new Map(),
    folders: new Map(),
    digests: new Map(),
    texts: new Map(),
    rooms: new Map(),
    tools: new Map(),
    processes: undefined,
    sockets: new Map(),
    lacks: '',
    me,
  };
}

function addFrame(into: RecordingBuilder, { kind, of, content }: Frame, next: Frame | undefined): void {
  const [, word = kind, number = ''] = /^([a-z]+)(\d*)$/.exec(kind) ?? [];
  switch (kind === 'md5' || kind === 'sha256' ? kind : word) {
    case 'lacks':
      into.lacks = of.trim().split(' ').join(', ');
      return;
    case 'read':
      if (content.length >= MAX_FILE_BYTES) into.tooLarge.add(of);
      else into.files.set(of, content);
      return;
    case 'head':
      into.heads.set(of, content);
      return;
    case 'tail':
      into.tails.set(of, content);
      return;
    case 'gone':
      into.gone.add(of);
      return;
    case 'denied':
      into.denied.add(of);
      return;
    case 'there':
      into.there.add(of);
      return;
    case 'folder':
      into.folders.set(of, []);
      return;
    case 'program':
    case 'plain':
      into.programs.set(of, word === 'program');
      return;
    case 'lstat':
    case 'stat':
      for (const [, status] of statusLines(content))
        into[word === 'stat' ? 'statuses' : 'linkStatuses'].set(of, status);
      return;
    case 'link':
      into.links.set(of, textOf(content).replace(/\n$/, ''));
      return;
    case 'links':
      addLinks(into, lines(content));
      return;
    case 'closed':
      for (const path of lines(content)) into.denied.add(path);
      return;
    case 'walk':
      addWalk(into, of, Number(number), content);
      return;
    case 'md5':
    case 'sha256':
      for (const [, hex, path] of textOf(content).matchAll(/^([0-9a-f]+)[ ]{1,2}\*?(\/.*)$/gm))
        into.digests.set(`${kind} ${path}`, hex!);
      return;
    case 'text':
      // 2 and above: grep failed.
      if (/^[01]\n$/.test(textOf(content))) into.texts.set(of, textOf(content) === '0\n');
      return;
    case 'rooms':
      for (const line of lines(content)) {
        const found = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\/.*)$/.exec(line);
        if (found) into.rooms.set(found[6]!, found.slice(1, 6).map(Number));
      }
      return;
    case 'procs':
      into.processes = new Map(
        [...textOf(content).matchAll(/^(\d+) \/proc\/(\d+)$/gm)].map(([, uid, pid]) => [
          Number(pid),
          Number(uid),
        ]),
      );
      return;
    case 'many':
      addFiles(into, content);
      return;
    case 'fds':
      addSockets(into, lines(content));
      return;
    case 'missing':
      into.tools.set(of, { kind: 'missing' });
      return;
    case 'tool':
      into.tools.set(of, toolAnswer(of, content, next));
  }
}

/** `timeout` exits with 124 if it had to end the program. */
function toolAnswer(of: string, content: Buffer, exit: Frame | undefined): ToolAnswer {
  const code = exit?.kind === 'exit' ? Number(exit.of) : 1;
  if (code === 124) return { kind: 'failed', reason: `${of.split(' ')[0]} did not finish within 5 s` };
  return { kind: 'exit', code, stdout: textOf(content), stderr: textOf(exit?.content ?? Buffer.alloc(0)) };
}

/**
 * Every folder above the depth is listed completely. A root that is a symlink counts as the folder that it refers to.
 */
function addWalk(into: RecordingBuilder, root: string, depth: number, content: Buffer): void {
  const entries = new Map<string, FolderEntry[]>([[root, []]]);
  const below = root === '/' ? '/' : `${root}/`;
  for (const [path, status] of statusLines(content)) {
    if (!path.startsWith(below)) continue;
    into.linkStatuses.set(path, status);
    const level = path.slice(below.length).split('/').length;
    if (status.kind === 'folder' && level < depth && !entries.has(path)) entries.set(path, []);
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    entries.get(folder)?.push({ name: path.slice(path.lastIndexOf('/') + 1), kind: status.kind });
  }
  for (const [path, names] of entries) into.folders.set(path, names);
}

/** Lines of `stat -c '%f %s %Y %u %g %n'`: raw mode in hex, bytes, seconds, owner, group, name. */
function statusLines(content: Buffer): [path: string, status: Status][] {
  return lines(content).flatMap((line): [string, Status][] => {
    const found = /^([0-9a-f]+) (\d+) (-?\d+) (\d+) (\d+) (\/.*)$/.exec(line);
    if (!found) return [];
    const raw = Number.parseInt(found[1]!, 16);
    const [bytes, seconds, uid, gid] = found.slice(2, 6).map(Number) as [number, number, number, number];
    return [
      [found[6]!, { kind: kindOf(raw), bytes, mode: raw & 0o7777, uid, gid, modifiedMs: seconds * 1000 }],
    ];
  });
}

/** File types of inode(7). */
function kindOf(raw: number): EntryKind {
  switch (raw & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'link';
    default:
      return 'other';
  }
}

/** Pairs of lines: the link and its target. */
function addLinks(into: RecordingBuilder, all: readonly string[]): void {
  for (let index = 0; index + 1 < all.length; index += 2) into.links.set(all[index]!, all[index + 1]!);
}

/** Output of `tail` for several files: `==> NAME <==` before each, a newline between two. */
function addFiles(into: RecordingBuilder, content: Buffer): void {
  // latin1 maps each byte to one character, so the content is restored exactly.
  const parts = content.toString('latin1').split(/(?:^|\n)==> (\/proc\/\S+) <==\n/);
  for (let index = 1; index + 1 < parts.length; index += 2)
    into.files.set(parts[index]!, Buffer.from(parts[index + 1]!, 'latin1'));
}

/** Output of `ls -l` for several folders: the folder with a colon, then its links. */
function addSockets(into: RecordingBuilder, all: readonly string[]): void {
  let held: [string, string][] = [];
  for (const line of all) {
    const folder = /^\/proc\/(\d+)\/fd:$/.exec(line)?.[1];
    if (folder !== undefined) {
      held = [];
      into.sockets.set(Number(folder), held);
    }
    const link = / (\d+) -> socket:\[(\d+)\]$/.exec(line);
    if (link) held.push([link[1]!, link[2]!]);
  }
}

function lines(content: Buffer): string[] {
  return textOf(content)
    .split('\n')
    .filter((line) => line !== '');
}

function textOf(content: Buffer): string {
  return content.toString('utf8');
}
