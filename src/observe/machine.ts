import type { Duplex } from 'node:stream';
import type { ToolAnswer } from './tool.ts';

/** The result of reading something. `gone` (no such file, or the process ended) differs from `denied`. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'gone' }
  | { readonly kind: 'denied' };

/** The type of a directory entry. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** A name in a folder; links are not followed. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** File status, without opening the file. */
export interface Status {
  readonly kind: EntryKind;
  readonly bytes: number;
  /** Permission bits, such as 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Milliseconds since the epoch; whole seconds on a remote machine. */
  readonly modifiedMs: number;
}

/** Free space on a mounted file system (statfs(2)). */
export interface FreeSpace {
  readonly bytes: number;
  /** Free space for an ordinary user. */
  readonly freeBytes: number;
  /** 0 if the number of inodes is not fixed. */
  readonly inodes: number;
  readonly freeInodes: number;
}

/** Operating system, hardware and load. */
export interface SystemFacts {
  /** `Linux`. */
  readonly name: string;
  readonly kernel: string;
  /** As in container images: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cpus: number;
  /** Its own addresses, without loopback. */
  readonly addresses: readonly string[];
  /** One-minute load average. */
  readonly load: number;
  readonly bootedAt: Date;
}

/**
 * A machine as probes and observers see it: small files, folders and read-only programs. Nothing here changes it. The
 * local machine answers directly (local-machine). A remote one is read in one round trip first
 * (remote/recorded-machine), so that code that reads files is the same for both. Files are read synchronously on
 * purpose: a thousand files of /proc read through the thread pool cost several times more.
 *
 * Every method throws NotGathered if that round trip did not fetch what is read; it never returns `gone` by mistake.
 */
export interface Machine {
  /** Whether it has Linux's /proc; otherwise programs such as ps and lsof are used. */
  readonly hasProc: boolean;
  /** Whether it is observed as root. */
  readonly asRoot: boolean;
  /** Processes that exist only because of the observation. */
  readonly observerPids: ReadonlySet<number>;
  /** The machine's own clock. */
  readonly now: Date;
  /** The whole content of a small file. */
  read(path: string): Reading<Buffer>;
  /** The first bytes of a file. */
  head(path: string, bytes: number): Reading<Buffer>;
  /** The last bytes of a file, and whether that is the whole file. */
  tail(path: string, bytes: number): Reading<{ readonly content: Buffer; readonly whole: boolean }>;
  exists(path: string): boolean;
  /** Follows symlinks. */
  status(path: string): Reading<Status>;
  /** Does not follow a symlink. */
  linkStatus(path: string): Reading<Status>;
  list(folder: string): Reading<readonly FolderEntry[]>;
  /** The target of a symlink. */
  link(path: string): Reading<string>;
  /** Whether a path is an executable file. */
  program(path: string): 'executable' | 'not-executable' | 'none';
  /** Digest of a small file, in hex. */
  digest(path: string, algorithm: 'md5' | 'sha256'): Reading<string>;
  /** Digest of a file of any size, in hex. */
  sha256(path: string): Promise<Reading<string>>;
  /** Whether a file of any size contains a text. */
  contains(path: string, text: string): Promise<Reading<boolean>>;
  room(mount: string): Promise<Reading<FreeSpace>>;
  /** Runs one of its own read-only programs, in the C locale, without a shell. */
  tool(file: string, args: readonly string[], limitMs?: number): Promise<ToolAnswer>;
  system(): SystemFacts;
  /** Opens a TCP connection from the machine. Absent if this process shares the machine's network. */
  readonly connect?: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
}

/** The text of a small file; undefined if it is gone or denied. */
export function readText(machine: Machine, path: string): string | undefined {
  const reading = machine.read(path);
  return reading.kind === 'read' ? reading.value.toString('utf8') : undefined;
}

/** Names in a folder; empty if it is gone or denied. */
export function namesIn(machine: Machine, folder: string): string[] {
  const reading = machine.list(folder);
  return reading.kind === 'read' ? reading.value.map(({ name }) => name) : [];
}

/** The observation of a remote machine did not include this. Callers report `unavailable` or `unknown`. */
export class NotCollected extends Error {
  override readonly name = 'NotGathered';
}
