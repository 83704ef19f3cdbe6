import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  type Dirent,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, loadavg, networkInterfaces, release, type, uptime } from 'node:os';
import type { EntryKind, Machine, Reading, Status, SystemFacts } from './machine.ts';
import { ownAddresses } from './remote/own-addresses.ts';
import { runTool } from './tool.ts';
import { tryRead } from './try-read.ts';

/** Larger files are read in chunks. */
const STREAM_ABOVE = 1024 * 1024;

/** CPU architectures as container images name them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm: 'arm' };

/** This machine, read directly. */
export const localMachine: Machine = {
  hasProc: process.platform === 'linux',
  asRoot: process.getuid?.() === 0,
  observerPids: new Set([process.pid]),
  get now() {
    return new Date();
  },
  read: (path) => tryRead(() => (path.startsWith('/proc/') ? readProc(path) : readFileSync(path))),
  head: (path, bytes) => tryRead(() => readHead(path, bytes)),
  tail: (path, bytes) => tryRead(() => readTail(path, bytes)),
  exists: existsSync,
  status: (path) => found(tryRead(() => statSync(path, { throwIfNoEntry: false }))),
  linkStatus: (path) => found(tryRead(() => lstatSync(path, { throwIfNoEntry: false }))),
  list: (folder) => tryRead(() => readdirSync(folder, { withFileTypes: true }).map(entryOf)),
  link: (path) => tryRead(() => readlinkSync(path)),
  program(path) {
    if (!tryStatus(path)?.isFile()) return 'none';
    return tryRead(() => accessSync(path, constants.X_OK)).kind === 'read' ? 'executable' : 'not-executable';
  },
  digest: (path, algorithm) => tryRead(() => createHash(algorithm).update(readFileSync(path)).digest('hex')),
  contains,
  sha256,
  room,
  tool: runTool,
  system,
};

function tryStatus(path: string): Stats | undefined {
  const reading = tryRead(() => statSync(path, { throwIfNoEntry: false }));
  return reading.kind === 'read' ? reading.value : undefined;
}

function found(reading: Reading<Stats | undefined>): Reading<Status> {
  if (reading.kind !== 'read') return reading;
  return reading.value ? { kind: 'read', value: statusOf(reading.value) } : { kind: 'gone' };
}

function statusOf(stats: Stats): Status {
  return {
    kind: kindOf(stats),
    bytes: stats.size,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    modifiedMs: stats.mtimeMs,
  };
}

function entryOf(entry: Dirent): { name: string; kind: EntryKind } {
  return { name: entry.name, kind: kindOf(entry) };
}

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

const procBuffer = Buffer.allocUnsafe(64 * 1024);

/** A file in /proc has no size, for which readFileSync allocates much more than the few bytes that most of them hold. */
function readProc(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const count = readSync(file, procBuffer, length, procBuffer.length - length, null);
      length += count;
      if (count === 0) return Buffer.from(procBuffer.subarray(0, length));
      if (length === procBuffer.length) return Buffer.concat([procBuffer, readFileSync(file)]);
    }
  } finally {
    closeSync(file);
  }
}

function readHead(path: string, bytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

function readTail(path: string, bytes: number): { content: Buffer; whole: boolean } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const read = readSync(file, buffer, 0, buffer.length, Math.max(0, size - bytes));
    return { content: buffer.subarray(0, read), whole: size <= bytes };
  } finally {
    closeSync(file);
  }
}

/** Small files are read synchronously, which takes microseconds; others chunk by chunk. */
async function contains(path: string, text: string): Promise<Reading<boolean>> {
  const wanted = Buffer.from(text);
  if (isSmall(path)) return tryRead(() => readFileSync(path).includes(wanted));
  // The end of the previous chunk, where a match may begin.
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: STREAM_ABOVE })) {
      const window = Buffer.concat([kept, chunk as Buffer]);
      if (window.includes(wanted)) return { kind: 'read', value: true };
      kept = window.subarray(Math.max(0, window.length - wanted.length + 1));
    }
    return { kind: 'read', value: wanted.length === 0 };
  } catch (error) {
    return tryRead(() => {
      throw error;
    });
  }
}

async function sha256(path: string): Promise<Reading<string>> {
  if (isSmall(path)) return localMachine.digest(path, 'sha256');
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return { kind: 'read', value: hash.digest('hex') };
  } catch (error) {
    return tryRead(() => {
      throw error;
    });
  }
}

function isSmall(path: string): boolean {
  return (tryStatus(path)?.size ?? 0) <= STREAM_ABOVE;
}

async function room(mount: string) {
  try {
    const { bsize, blocks, bavail, files, ffree } = await statfs(mount);
    const value = {
      bytes: blocks * bsize,
      freeBytes: bavail * bsize,
      inodes: files,
      freeInodes: ffree,
    };
    return { kind: 'read', value } as const;
  } catch (error) {
    return tryRead<never>(() => {
      throw error;
    });
  }
}

/** From /proc as on a remote box, because Node leaves out interfaces that are down. Without /proc, from Node. */
function addresses(): string[] {
  const read = (path: string) => tryRead(() => readFileSync(path, 'utf8'));
  const [fibTrie, ifInet6] = [read('/proc/net/fib_trie'), read('/proc/net/if_inet6')];
  if (fibTrie.kind === 'read')
    return ownAddresses(fibTrie.value, ifInet6.kind === 'read' ? ifInet6.value : '');
  return (
    Object.values(networkInterfaces())
      .flatMap((each) => (each ?? []).map(({ address }) => address))
      // An address on the loopback interface may still be the box's own, such as a virtual service address.
      .filter((address) => !/^(?:127\.|::1$)/.test(address))
  );
}

function system(): SystemFacts {
  return {
    name: type(),
    kernel: release(),
    architecture: ARCHITECTURES[arch()] ?? arch(),
    cpus: availableParallelism(),
    addresses: addresses(),
    load: loadavg()[0] ?? 0,
    bootedAt: new Date(Date.now() - uptime() * 1000),
  };
}
