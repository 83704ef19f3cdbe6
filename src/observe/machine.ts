import type { Duplex } from 'node:stream';
import type { ToolAnswer } from './tool.ts';

/** What a look at something gave. `gone` (no such file, or the process ended) is not the same as `denied`. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'gone' }
  | { readonly kind: 'denied' };

/** What there is under a name. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** A name in a folder; a link is not followed. */
export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** What the system says of a file without opening it. */
export interface Status {
  readonly kind: EntryKind;
  readonly bytes: number;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since the epoch; on another machine whole seconds. */
  readonly modifiedMs: number;
}

/** Room on a mounted file system (statfs(2)). */
export interface FreeSpace {
  readonly bytes: number;
  /** What an ordinary user may still write. */
  readonly freeBytes: number;
  /** 0: no fixed number of inodes. */
  readonly inodes: number;
  readonly freeInodes: number;
}

/** What kind of machine it is. */
export interface SystemFacts {
  /** `Linux`. */
  readonly name: string;
  readonly kernel: string;
  /** As in images: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  /** Its own addresses, loopback left out. */
  readonly addresses: readonly string[];
  /** Mean of one minute. */
  readonly load: number;
  readonly bootedAt: Date;
}

/**
 * A machine as probes and observers see it: small files, folders and read-only programs; nothing here changes it. This
 * machine answers in place (local-machine). Another one has been read in one round trip before anything is asked
 * (far/recorded-machine), so that whoever reads files need not know where they are. Files are asked in line on purpose:
 * a thousand files of /proc read through the thread pool cost several times more.
 *
 * Any method throws NotGathered where that round trip did not bring what is asked for: never `gone` by mistake.
 */
export interface Machine {
  /** Whether it has Linux's /proc; elsewhere its programs (ps, lsof) are asked. */
  readonly hasProc: boolean;
  /** Whether it is looked at as root. */
  readonly asRoot: boolean;
  /** Processes that are there only to look. */
  readonly lookers: ReadonlySet<number>;
  /** Its own clock. */
  readonly now: Date;
  /** The whole content of a small file. */
  read(path: string): Reading<Buffer>;
  /** The first bytes of a file. */
  head(path: string, bytes: number): Reading<Buffer>;
  /** The last bytes of a file, and whether that is all of it. */
  tail(path: string, bytes: number): Reading<{ readonly content: Buffer; readonly whole: boolean }>;
  exists(path: string): boolean;
  /** Symlinks followed. */
  status(path: string): Reading<Status>;
  /** Of a symlink itself. */
  linkStatus(path: string): Reading<Status>;
  list(folder: string): Reading<readonly Entry[]>;
  /** Where a symlink points. */
  link(path: string): Reading<string>;
  /** Whether a path is a file that may be executed. */
  program(path: string): 'executable' | 'not-executable' | 'none';
  /** Of a small file's content, in hex. */
  digest(path: string, algorithm: 'md5' | 'sha256'): Reading<string>;
  /** Of a file of any size, in hex. */
  sha256(path: string): Promise<Reading<string>>;
  /** Whether a file of any size holds a text. */
  contains(path: string, text: string): Promise<Reading<boolean>>;
  room(mount: string): Promise<Reading<FreeSpace>>;
  /** Runs one of its own programs to read something, in the C locale; never through a shell with foreign words. */
  tool(file: string, args: readonly string[], limitMs?: number): Promise<ToolAnswer>;
  system(): SystemFacts;
  /** A TCP connection as this machine itself would make it; absent: this process's own network is the machine's. */
  readonly connect?: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
}

/** The text of a small file; undefined where it is gone or denied. */
export function textOf(machine: Machine, path: string): string | undefined {
  const look = machine.read(path);
  return look.kind === 'read' ? look.value.toString('utf8') : undefined;
}

/** Names in a folder; none where it is gone or denied. */
export function namesIn(machine: Machine, folder: string): string[] {
  const look = machine.list(folder);
  return look.kind === 'read' ? look.value.map(({ name }) => name) : [];
}

/** What a look at another machine did not bring along. Whoever needed it says `unavailable` or `unknown`. */
export class NotGathered extends Error {
  override readonly name = 'NotGathered';
}
