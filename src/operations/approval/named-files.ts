import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Action } from '../../model/action.ts';
import type { ClosureFile } from '../../model/closure.ts';

/** Maximum number of files in a closure, and how deep scripts may refer to scripts. A person would not read more. */
const MAX_FILES = 64;
const MAX_DEPTH = 5;

/** Maximum size of a file that is searched for the names of others. Larger files are only hashed. */
const MAX_READ = 1024 * 1024;

/** Maximum size of a file that is shown in full. */
const MAX_SHOWN = 2048;

/** Names of programs. A file with such a name is code, no matter who created it or whether it exists yet. */
const CODE = /\.(?:sh|bash|zsh|fish|py|pl|rb|lua|php|js|mjs|cjs|ts|mts|ps1|awk|sed|mk|sql|tf)$/i;

/** Files that a program reads automatically, and that determine what it runs. */
const IMPLIED: readonly { readonly when: RegExp; readonly files: readonly string[] }[] = [
  { when: /\bg?make\b/, files: ['GNUmakefile', 'makefile', 'Makefile'] },
  { when: /\bjust\b/, files: ['justfile', 'Justfile', '.justfile'] },
  {
    when: /\b(?:docker|podman)(?:-compose|\s+(?:compose|build|buildx))\b/,
    files: [
      'Dockerfile',
      'Containerfile',
      'compose.yaml',
      'compose.yml',
      'docker-compose.yml',
      'docker-compose.yaml',
    ],
  },
  {
    when: /\b(?:npm|yarn|pnpm)\s+(?:ci|run|test|start|(?:i|install)\s*(?:$|[-;&|]))/m,
    files: ['package.json'],
  },
];

/** A word after one of these is a script, whatever its name. */
const TAKES_SCRIPT =
  /(?:^|[\s;&|(`])(?:source|\.|(?:ba|da|z|k|fi)?sh|python[\d.]*|node|deno|bun|perl|ruby|lua|php|awk|sed|psql)\s+((?:[^\n;&|<>()]*))/gm;

/** A command that reads a manifest or makefile from a flag, and that flag. */
const TAKES_MANIFEST =
  /\b(?:kubectl|helm|docker|podman|docker-compose|ansible-playbook|caddy|make|just|nomad)\b[^\n;&|]*/g;
const FILE_FLAG = /\s(?:-f|-c|--file|--filename|--values|--config)[= ]\s*["']?([\w./@%+~-]+)/g;

/** Programs of the system: someone who can change them does not need a script of the project. */
const SYSTEM = /^\/(?:usr|bin|sbin|lib\w*|etc|proc|sys|dev|nix)\//;

/** May contain secrets: bound by hash, and never shown. */
const PRIVATE = /(?:^|\/)\.env|secret|credential|passw|token|\.(?:pem|key|p12|pfx)$/i;

/** A text that runs, and the directory that it sets. */
export interface NamingText {
  readonly text: string;
  readonly cwd?: string | undefined;
}

/** All texts of the actions that may refer to a file. */
export function namingTexts(actions: readonly Action[]): NamingText[] {
  return actions.flatMap((action) =>
    action.kind === 'shell' ? [{ text: action.text, cwd: action.cwd }] : [],
  );
}

/** What is known about the files in advance. */
export interface NamedFilesOptions {
  /** Only files of the project, because other paths are on another box. */
  readonly onlyProject?: boolean;
  /** Files that fences of the same closure write: their content is already bound. */
  readonly written?: readonly { readonly path: string; readonly text: string }[];
}

/**
 * The files that determine what these texts run: scripts, sourced files, makefiles, manifests after `-f`, and the
 * scripts that these refer to. They are bound by content; a script that does not exist yet is bound as missing. Files
 * that a step only reads or writes are excluded, because otherwise every pass would ask again about the output of the
 * previous one.
 */
export async function namedFiles(
  folder: string,
  texts: readonly NamingText[],
  { onlyProject = false, written = [] }: NamedFilesOptions = {},
): Promise<ClosureFile[]> {
  const found = new Map<string, ClosureFile>();
  const own = new Map(written.map(({ path, text }) => [resolve(folder, path), text]));
  let naming: readonly NamingText[] = texts;
  for (let depth = 0; depth < MAX_DEPTH && naming.length > 0; depth += 1) {
    const next: NamingText[] = [];
    for (const { path, isCode } of naming.flatMap((each) => candidates(folder, each))) {
      if (found.has(path) || found.size >= MAX_FILES) continue;
      if (onlyProject && !isBelow(folder, path)) continue;
      const file = await fileAt(folder, path, isCode);
      if (!file || isAsWritten(file, own.get(path))) continue;
      found.set(path, file.bound);
      if (file.text !== undefined) next.push({ text: file.text });
    }
    naming = next;
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One file by path, bound as in `namedFiles`. */
export async function boundFile(folder: string, path: string): Promise<ClosureFile> {
  const absolute = resolve(folder, path);
  return (await fileAt(folder, absolute, true))?.bound ?? missing(shownPath(folder, absolute));
}

/** A path that a text may refer to. */
interface Candidate {
  readonly path: string;
  /** The file determines what runs, whatever its content. */
  readonly isCode: boolean;
}

/**
 * The paths that a text may refer to, relative to the folder, the fence's own directory, and every directory that it
 * changes to.
 */
function candidates(folder: string, { text, cwd }: NamingText): Candidate[] {
  const code = text.replace(/\\\n/g, ' ');
  const bases = [
    folder,
    ...(cwd === undefined || cwd.includes('$') ? [] : [resolve(folder, cwd)]),
    ...[...code.matchAll(/(?:\b(?:cd|pushd)|\s-C)\s+["']?([\w./@%+~-]+)/g)].map(([, to]) =>
      absolutePath(folder, to!),
    ),
  ];
  const sure = [
    ...IMPLIED.filter(({ when }) => when.test(code)).flatMap(({ files }) => files),
    ...[...code.matchAll(TAKES_MANIFEST)].flatMap(([command]) =>
      [...command.matchAll(FILE_FLAG)].map(([, name]) => name!),
    ),
  ];
  const scripts = [...code.matchAll(TAKES_SCRIPT)].flatMap(([, rest]) => wordsOf(rest!));
  const paths = wordsOf(code).filter((word) => /[/.]/.test(word));
  const wanted = new Map<string, boolean>([...paths, ...scripts].map((each) => [each, false]));
  for (const each of sure) wanted.set(each, true);
  return [...wanted].flatMap(([name, isCode]) =>
    [...new Set(bases)]
      .map((base) => ({ path: absolutePath(base, name), isCode }))
      .filter(({ path }) => !SYSTEM.test(path)),
  );
}

/** Words that may be paths: those with a letter or digit that are not flags or addresses. */
function wordsOf(code: string): string[] {
  return code
    .split(/[\s"'`;|&()<>=,:{}[\]$]+/)
    .filter((word) => /^[\w./@%+~-]{1,300}$/.test(word) && /[A-Za-z0-9]/.test(word) && !word.startsWith('-'));
}

function absolutePath(base: string, name: string): string {
  if (name.startsWith('~/')) return join(homedir(), name.slice(2));
  return isAbsolute(name) ? resolve(name) : resolve(base, name);
}

interface Found {
  readonly bound: ClosureFile;
  /** Its text, if it may refer to other files. */
  readonly text?: string;
}

/** Undefined if the file does not exist, or does not determine what runs. */
async function fileAt(folder: string, path: string, isCode: boolean): Promise<Found | undefined> {
  const shown = shownPath(folder, path);
  const status = await stat(path).catch(() => undefined);
  if (!status) return CODE.test(path) ? { bound: missing(shown) } : undefined;
  if (!status.isFile()) return undefined;
  const content = await contentOf(path);
  if (content === undefined) return { bound: { ...missing(shown), sha256: 'unreadable' } };
  const runs =
    isCode ||
    CODE.test(path) ||
    (status.mode & 0o111) !== 0 ||
    content.subarray(0, 2).toString('latin1') === '#!';
  if (!runs) return undefined;
  const text = content.length > MAX_READ || content.includes(0) ? undefined : content.toString('utf8');
  const isPrivate = PRIVATE.test(path);
  const isShown = text !== undefined && content.length <= MAX_SHOWN && !isPrivate;
  const bound = {
    path: shown,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    isPrivate,
    ...(isShown ? { text } : {}),
  };
  return { bound, ...(text === undefined ? {} : { text }) };
}

/** Whether a file has the content that a fence writes to it, or is not written yet. `${NAME}` matches any value. */
function isAsWritten({ bound, text }: Found, fence: string | undefined): boolean {
  if (fence === undefined) return false;
  if (bound.sha256 === 'missing' || text === undefined) return bound.sha256 === 'missing';
  const [first = '', ...rest] = fence.split(/\$\{\w+\}/);
  if (rest.length === 0) return text === fence;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at);
    if (next < 0) return false;
    at = next + piece.length;
  }
  return text.endsWith(rest.at(-1)!);
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  // Non-blocking, in case it has become a pipe.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  try {
    return handle && (await handle.readFile());
  } finally {
    await handle?.close();
  }
}

const missing = (path: string): ClosureFile => ({ path, sha256: 'missing', bytes: 0, isPrivate: false });

function shownPath(folder: string, path: string): string {
  return isBelow(folder, path) ? relative(folder, path) : path;
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder + sep);
}
