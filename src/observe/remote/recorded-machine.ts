import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  type FolderEntry,
  type FreeSpace,
  type Machine,
  NotCollected,
  type Reading,
  type Status,
  type SystemFacts,
} from '../machine.ts';
import type { ToolAnswer } from '../tool.ts';
import { ownAddresses } from './own-addresses.ts';
import type { Recording } from './recording.ts';

const GONE = { kind: 'gone' } as const;
const DENIED = { kind: 'denied' } as const;
const read = <T>(value: T) => ({ kind: 'read', value }) as const;

/**
 * A remote machine as recorded by one observation. Answers from the recording; reports `gone` only if the observation
 * has shown it, and throws NotGathered for anything else.
 */
export class RecordedMachine implements Machine {
  readonly hasProc: boolean;
  readonly asRoot: boolean;
  readonly observerPids: ReadonlySet<number>;
  readonly now: Date;

  constructor(
    private readonly recording: Recording,
    readonly connect?: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>,
  ) {
    const [pid, uid, seconds] = recording.me;
    this.hasProc = true;
    this.asRoot = uid === 0;
    this.now = new Date(seconds * 1000);
    this.observerPids = descendants(recording, pid);
  }

  read(path: string): Reading<Buffer> {
    const content = this.recording.files.get(path);
    if (content !== undefined) return read(content);
    if (this.recording.tooLarge.has(path)) throw new NotCollected(`${path} is too large to be fetched`);
    return this.#absent(path) ?? this.#notGathered(path);
  }

  head(path: string): Reading<Buffer> {
    const content = this.recording.heads.get(path);
    return content === undefined ? (this.#absent(path) ?? this.#notGathered(path)) : read(content);
  }

  tail(path: string, bytes: number): Reading<{ content: Buffer; whole: boolean }> {
    const content = this.recording.tails.get(path);
    if (content === undefined) return this.#absent(path) ?? this.#notGathered(path);
    const size = this.recording.linkStatuses.get(path)?.bytes ?? Number.POSITIVE_INFINITY;
    return read({ content, whole: size <= bytes && content.length >= size });
  }

  exists(path: string): boolean {
    const { there, files, programs, statuses, folders } = this.recording;
    if ([there, files, programs, statuses, folders].some((known) => known.has(path))) return true;
    if (this.#absent(path)) return false;
    return this.status(path).kind === 'read';
  }

  status(path: string): Reading<Status> {
    const user = this.#processOf(path);
    if (user !== undefined)
      return read({ kind: 'folder', bytes: 0, mode: 0o555, uid: user, gid: 0, modifiedMs: 0 });
    const known = this.recording.statuses.get(path);
    if (known) return read(known);
    const own = this.recording.linkStatuses.get(path);
    if (own && own.kind !== 'link') return read(own);
    return this.#absent(path) ?? this.#notGathered(path);
  }

  linkStatus(path: string): Reading<Status> {
    const known = this.recording.linkStatuses.get(path);
    return known ? read(known) : (this.#absent(path) ?? this.#notGathered(path));
  }

  list(folder: string): Reading<readonly FolderEntry[]> {
    if (folder === '/proc') return read(this.#processEntries());
    const sockets = /^\/proc\/(\d+)\/fd$/.exec(folder)?.[1];
    if (sockets !== undefined) {
      const held = this.recording.sockets.get(Number(sockets)) ?? [];
      return read(held.map(([name]) => ({ name, kind: 'link' })));
    }
    // A folder without read permission was skipped.
    if (this.recording.denied.has(folder)) return DENIED;
    const entries = this.recording.folders.get(folder);
    return entries ? read(entries) : (this.#absent(folder) ?? this.#notGathered(folder));
  }

  link(path: string): Reading<string> {
    const descriptor = /^\/proc\/(\d+)\/fd\/(\d+)$/.exec(path);
    if (descriptor) {
      const held = this.recording.sockets.get(Number(descriptor[1])) ?? [];
      const inode = held.find(([fd]) => fd === descriptor[2])?.[1];
      return inode === undefined ? GONE : read(`socket:[${inode}]`);
    }
    const target = this.recording.links.get(path);
    return target === undefined ? (this.#absent(path) ?? this.#notGathered(path)) : read(target);
  }

  program(path: string): 'executable' | 'not-executable' | 'none' {
    const executable = this.recording.programs.get(path);
    if (executable !== undefined) return executable ? 'executable' : 'not-executable';
    return this.#absent(path) ? 'none' : this.#notGathered(path);
  }

  digest(path: string, algorithm: 'md5' | 'sha256'): Reading<string> {
    const known = this.recording.digests.get(`${algorithm} ${path}`);
    if (known !== undefined) return read(known);
    const content = this.recording.files.get(path);
    if (content) return read(createHash(algorithm).update(content).digest('hex'));
    return this.#absent(path) ?? this.#notGathered(path);
  }

  async sha256(path: string): Promise<Reading<string>> {
    return this.digest(path, 'sha256');
  }

  async contains(path: string, text: string): Promise<Reading<boolean>> {
    const known = this.recording.texts.get(textKey(path, text));
    if (known !== undefined) return read(known);
    const content = this.read(path);
    return content.kind === 'read' ? read(content.value.includes(text)) : content;
  }

  async room(mount: string): Promise<Reading<FreeSpace>> {
    const numbers = this.recording.rooms.get(mount);
    if (!numbers) throw new NotCollected(`the free space of ${mount} was not read`);
    const [size = 0, blocks = 0, free = 0, inodes = 0, freeInodes = 0] = numbers;
    return read({ bytes: blocks * size, freeBytes: free * size, inodes, freeInodes });
  }

  async tool(file: string, args: readonly string[]): Promise<ToolAnswer> {
    const answer = this.recording.tools.get([file, ...args].join(' '));
    if (!answer) throw new NotCollected(`${file} was not run on the remote box`);
    return answer;
  }

  system(): SystemFacts {
    const text = (path: string) => this.recording.files.get(path)?.toString('utf8') ?? '';
    const said = (tool: string) => {
      const answer = this.recording.tools.get(tool);
      return answer?.kind === 'exit' ? answer.stdout.trim() : '';
    };
    const machine = said('uname -m');
    const cpus = Number(said('nproc')) || (text('/proc/stat').match(/^cpu\d/gm)?.length ?? 1);
    return {
      name: text('/proc/sys/kernel/ostype').trim() || 'Linux',
      kernel: text('/proc/sys/kernel/osrelease').trim(),
      architecture: ARCHITECTURES[machine] ?? machine,
      cpus,
      addresses: ownAddresses(text('/proc/net/fib_trie'), text('/proc/net/if_inet6')),
      load: Number(text('/proc/loadavg').split(' ')[0]) || 0,
      bootedAt: new Date(Number(/^btime (\d+)/m.exec(text('/proc/stat'))?.[1] ?? 0) * 1000),
    };
  }

  /** The user of `/proc/PID`. */
  #processOf(path: string): number | undefined {
    const pid = /^\/proc\/(\d+)$/.exec(path)?.[1];
    return pid === undefined ? undefined : this.recording.processes?.get(Number(pid));
  }

  #processEntries(): FolderEntry[] {
    const { processes } = this.recording;
    if (!processes) throw new NotCollected('the processes of the remote box were not read');
    // Excludes the processes of the observation itself.
    const others = [...processes.keys()].filter((pid) => !this.observerPids.has(pid));
    return others.map((pid) => ({ name: String(pid), kind: 'folder' }));
  }

  /** Gone or denied if known; undefined if something may exist. */
  #absent(path: string): { kind: 'gone' } | { kind: 'denied' } | undefined {
    const { gone, denied, folders, processes } = this.recording;
    if (gone.has(path)) return GONE;
    if (denied.has(path)) return DENIED;
    // If a process had no such file while it ran, the file is gone.
    if (processes && /^\/proc\/\d+(?:\/|$)/.test(path)) return GONE;
    for (let at = path; at !== '/' && at !== ''; ) {
      const slash = at.lastIndexOf('/');
      const [folder, name] = [at.slice(0, slash) || '/', at.slice(slash + 1)];
      if (gone.has(folder)) return GONE;
      if (denied.has(folder)) return DENIED;
      const entries = folders.get(folder);
      if (entries) return entries.some((entry) => entry.name === name) ? undefined : GONE;
      at = folder;
    }
    return undefined;
  }

  #notGathered(path: string): never {
    throw new NotCollected(`${path} was not read on the remote box`);
  }
}

/** The key under which the result of a text search is recorded. */
export function textKey(path: string, text: string): string {
  return createHash('sha256').update(`${path}\n${text}`).digest('hex').slice(0, 24);
}

/** CPU architectures as container images name them, by `uname -m`. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  i386: '386',
  i686: '386',
  armv7l: 'arm',
  armv6l: 'arm',
};

/** A process and all its descendants, by the fourth field of /proc/PID/stat. */
function descendants({ files, processes }: Recording, pid: number): Set<number> {
  const found = new Set([pid]);
  const parents = [...(processes?.keys() ?? [])].map((each) => {
    const stat = files.get(`/proc/${each}/stat`)?.toString('latin1') ?? '';
    return [each, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const;
  });
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [each, parent] of parents) if (found.has(parent)) found.add(each);
  }
  return found;
}
