import { createHash, createHmac } from 'node:crypto';
import { isAbsolute, join, normalize } from 'node:path';
import { maskNumbers } from '../../base/mask-numbers.ts';
import type { Snapshot } from '../../model/facts/snapshot.ts';
import { localMachine } from '../local-machine.ts';
import { type Machine, readText, type Status } from '../machine.ts';

/** Where to look for what a step reads. */
export interface ReadSources {
  readonly machine?: Machine;
  /** The folder that steps start in. */
  readonly folder: string;
  /** Text of the step's fences. */
  readonly text: string;
  /** Command lines of running processes, for the configuration that servers were started with. */
  readonly commands: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly key: string;
}

/** Bounds of the walk. */
const MAX_ENTRIES = 600;
const MAX_BYTES = 1024 * 1024;
/** A larger file is compared by size and time. */
const LARGEST = 64 * 1024;

/** Folders in which programs and libraries are installed by hand; only their names are read. */
const INSTALLED = ['/usr/local', '/opt'];
const INSTALLED_DEPTH = 3;

/** Written by programs while they run, so a difference is not an edit. */
const OUTPUT = /(?:\.log|\.pid|\.lock|\.pyc|\.swp|~)$|^nohup\.out$/;
const SKIPPED = new Set(['.runbook', '.git', '__pycache__', 'proc', 'sys', 'dev']);

/**
 * State of everything that a step may read, by path: the files below its folder, the paths that it and its scripts name,
 * the configuration of running servers, the programs that it calls, and what is installed by hand. A state is
 * `mode content masked`; two contents with the same mask differ only in numbers. Nothing of a content is stored.
 */
export function stepInputs(sources: ReadSources): NonNullable<Snapshot['inputs']> {
  const reader = new InputReader(sources);
  reader.walk(sources.folder, 8);
  for (const command of sources.commands) reader.named(argumentsOf(command), 0);
  reader.named(sources.text, 2);
  for (const name of commandNames(sources.text)) reader.program(name);
  for (const folder of INSTALLED) reader.names(folder, INSTALLED_DEPTH);
  return reader.found;
}

/** sshd and others replace their command line by one text of title and arguments. */
function argumentsOf(command: readonly string[]): string {
  return /\s/.test(command[0] ?? '') ? command.join(' ') : command.slice(1).join(' ');
}

class InputReader {
  readonly found: Record<string, string> = {};
  readonly #machine: Machine;
  readonly #outputs: ReadonlySet<string>;
  #entries = 0;
  #bytes = 0;

  constructor(private readonly sources: ReadSources) {
    this.#machine = sources.machine ?? localMachine;
    this.#outputs = new Set(redirected(sources.text).map((each) => this.#path(each)));
  }

  /** Everything below a folder. */
  walk(folder: string, depth: number): void {
    const listing = this.#machine.list(folder);
    if (listing.kind !== 'read') return;
    for (const { name, kind } of [...listing.value].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, name);
      if (SKIPPED.has(name) || OUTPUT.test(name) || this.#outputs.has(path)) continue;
      if (this.#entries++ >= MAX_ENTRIES) return;
      if (kind === 'file' || kind === 'link') this.add(path);
      else if (name === 'node_modules') this.names(path, 1);
      else if (kind === 'folder' && depth > 0) {
        this.found[path] = 'folder';
        this.walk(path, depth - 1);
      }
    }
  }

  /** The names in a folder and in those below it, without contents. */
  names(folder: string, depth: number): void {
    const listing = this.#machine.list(folder);
    if (listing.kind !== 'read' || this.#entries++ >= 2 * MAX_ENTRIES) return;
    const entries = listing.value.filter(({ name }) => !SKIPPED.has(name) && !OUTPUT.test(name));
    this.found[`${folder}/`] = `names ${this.#hash(
      entries
        .map(({ name }) => name)
        .sort()
        .join('\n'),
    )}`;
    if (depth === 0) return;
    for (const { name, kind } of entries)
      if (kind === 'folder') this.names(join(folder, name), name === 'node_modules' ? 0 : depth - 1);
  }

  /** Absolute paths in a text, and in the small files that they name. */
  named(text: string, depth: number): void {
    for (const path of absolutePaths(text)) {
      if (this.found[path] !== undefined || this.#outputs.has(path)) continue;
      if (OUTPUT.test(path) || this.#entries++ >= 3 * MAX_ENTRIES) continue;
      this.add(path);
      const status = this.#machine.status(path);
      const isSmall = status.kind === 'read' && status.value.kind === 'file' && status.value.bytes < 65_536;
      if (depth > 0 && isSmall && !path.startsWith('/usr/'))
        this.named(readText(this.#machine, path) ?? '', depth - 1);
    }
  }

  /** Where a command is on the PATH. */
  program(name: string): void {
    const folders = (this.sources.env.PATH ?? '').split(':').filter(isAbsolute);
    const folder = folders.find((each) => this.#machine.program(join(each, name)) === 'executable');
    this.found[`command ${name}`] = folder ?? 'missing';
  }

  add(path: string): void {
    const status = this.#machine.status(path);
    this.found[path] = status.kind === 'read' ? this.#state(path, status.value) : 'missing';
  }

  #state(path: string, { kind, mode, uid, bytes, modifiedMs }: Status): string {
    const head = `${(mode & 0o7777).toString(8)}:${uid}`;
    if (kind !== 'file') return `${kind} ${head}`;
    this.#bytes += Math.min(bytes, LARGEST);
    const text = bytes > LARGEST || this.#bytes > MAX_BYTES ? undefined : readText(this.#machine, path);
    if (text === undefined) return `${head} ${bytes}-${modifiedMs} ${bytes}-${modifiedMs}`;
    return `${head} ${this.#hash(text)} ${this.#hash(maskNumbers(text))}`;
  }

  #path(name: string): string {
    return isAbsolute(name) ? normalize(name) : join(this.sources.folder, name);
  }

  #hash(text: string): string {
    const sha = createHash('sha256').update(text).digest();
    return createHmac('sha256', this.sources.key).update(sha).digest('hex').slice(0, 12);
  }
}

/** Files that a script writes its output to. */
function redirected(text: string): string[] {
  return [...text.matchAll(/>>?\s*["']?([\w./@%+-]+)/g)].map(([, path]) => path!);
}

function absolutePaths(text: string): string[] {
  const paths = [...text.matchAll(/(?<![\w.:/])\/[\w@%+.-]+(?:\/[\w@%+.-]+)*/g)].map(([path]) =>
    normalize(path),
  );
  return [...new Set(paths)].filter((path) => !/^\/(?:proc|sys|dev)\b/.test(path));
}

/** Words at which a command may start. */
function commandNames(text: string): string[] {
  const words = [...text.matchAll(/(?:^|[|;&({]|\$\(|\b(?:sudo|exec|then|do)\b)\s*([A-Za-z][\w.+-]*)/gm)];
  return [...new Set(words.map(([, name]) => name!))].slice(0, 50);
}
