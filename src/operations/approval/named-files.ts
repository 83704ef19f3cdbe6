import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Action } from '../../model/action.ts';
import type { ClosureFile } from '../../model/closure.ts';

/** Files of one closure, and how deep scripts may name scripts. A person reads no more of them. */
const MOST_FILES = 64;
const MOST_DEPTH = 5;

/** Bytes of a file that are looked through for the names of others; of a larger one only the hash counts. */
const MOST_READ = 1024 * 1024;

/** Bytes of a file that are shown whole. */
const MOST_SHOWN = 2048;

/** What programs are called: a file of such a name is code, whoever has made it and whether it exists yet. */
const CODE = /\.(?:sh|bash|zsh|fish|py|pl|rb|lua|php|js|mjs|cjs|ts|mts|ps1|awk|sed|mk|sql|tf)$/i;

/** Files that a program reads by itself, and that say what it runs. */
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

/** After these a word is a script, whatever it is called. */
const TAKES_SCRIPT =
  /(?:^|[\s;&|(`])(?:source|\.|(?:ba|da|z|k|fi)?sh|python[\d.]*|node|deno|bun|perl|ruby|lua|php|awk|sed|psql)\s+((?:[^\n;&|<>()]*))/gm;

/** A command that takes a manifest or makefile by a flag, and that flag. */
const TAKES_MANIFEST =
  /\b(?:kubectl|helm|docker|podman|docker-compose|ansible-playbook|caddy|make|just|nomad)\b[^\n;&|]*/g;
const FILE_FLAG = /\s(?:-f|-c|--file|--filename|--values|--config)[= ]\s*["']?([\w./@%+~-]+)/g;

/** Programs of the system: who can change them needs no script of ours. */
const SYSTEM = /^\/(?:usr|bin|sbin|lib\w*|etc|proc|sys|dev|nix)\//;

/** May hold secrets: bound by its hash, and never shown. */
const PRIVATE = /(?:^|\/)\.env|secret|credential|passw|token|\.(?:pem|key|p12|pfx)$/i;

/** A text that runs, and the directory that it asks for. */
export interface NamingText {
  readonly text: string;
  readonly cwd?: string | undefined;
}

/** Everything of the actions that may name a file. */
export function namingTexts(actions: readonly Action[]): NamingText[] {
  return actions.flatMap((action) =>
    action.kind === 'shell' ? [{ text: action.text, cwd: action.cwd }] : [],
  );
}

/** What is known of the files beforehand. */
export interface NamedFilesOptions {
  /** Only files of the project: paths outside of it mean files of another box. */
  readonly onlyProject?: boolean;
  /** Files that fences of the same closure write: as written they are bound already. */
  readonly written?: readonly { readonly path: string; readonly text: string }[];
}

/**
 * The files that decide what these texts run: scripts, sourced files, makefiles, manifests after `-f`, and the scripts that those
 * name in turn. Bound by content; a script that is not there yet is bound as missing. Files that a step only reads or writes are
 * not among them, or every pass would ask again about what the one before has made.
 */
export async function namedFiles(
  folder: string,
  texts: readonly NamingText[],
  { onlyProject = false, written = [] }: NamedFilesOptions = {},
): Promise<ClosureFile[]> {
  const found = new Map<string, ClosureFile>();
  const own = new Map(written.map(({ path, text }) => [resolve(folder, path), text]));
  let naming: readonly NamingText[] = texts;
  for (let depth = 0; depth < MOST_DEPTH && naming.length > 0; depth += 1) {
    const next: NamingText[] = [];
    for (const { path, isCode } of naming.flatMap((each) => candidates(folder, each))) {
      if (found.has(path) || found.size >= MOST_FILES) continue;
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

/** One file by its path, as `namedFiles` binds it. */
export async function boundFile(folder: string, path: string): Promise<ClosureFile> {
  const absolute = resolve(folder, path);
  return (await fileAt(folder, absolute, true))?.bound ?? missing(shownPath(folder, absolute));
}

/** A path that a text may mean. */
interface Candidate {
  readonly path: string;
  /** It decides what runs, whatever its content looks like. */
  readonly isCode: boolean;
}

/** What a text may mean: seen from the folder, the fence's own directory, and every directory that it goes to. */
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

/** Words that may be paths: with a letter or digit, and neither flags nor addresses. */
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
  /** Where it may name others. */
  readonly text?: string;
}

/** Undefined: there is no file, or one that does not decide what runs. */
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
  const text = content.length > MOST_READ || content.includes(0) ? undefined : content.toString('utf8');
  const isPrivate = PRIVATE.test(path);
  const isShown = text !== undefined && content.length <= MOST_SHOWN && !isPrivate;
  const bound = {
    path: shown,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    isPrivate,
    ...(isShown ? { text } : {}),
  };
  return { bound, ...(text === undefined ? {} : { text }) };
}

/** Whether a file is what a fence writes there, or is still to be written. Any value may stand for `${NAME}`. */
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
  // Not blocking, should it have become a pipe meanwhile.
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
