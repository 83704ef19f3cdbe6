import { closeSync, openSync, readdirSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { NewLines } from '../../model/new-lines.ts';
import { redactOutput } from '../redact/redact-output.ts';
import { tryRead } from '../try-read.ts';
import { namedPaths } from './named-logs.ts';

/** How long each log was before a step, with the bytes that came last. */
export type LogMarks = ReadonlyMap<string, Mark>;

interface Mark {
  readonly size: number;
  readonly modifiedMs: number;
  readonly end: string;
}

/** What a step says about its logs, and where it runs. */
export interface LogQuestion {
  /** All fences of the step. */
  readonly text: string;
  readonly folder: string;
  readonly home: string;
}

const MAX_FILES = 12;
const MAX_LINES = 80;
const MAX_ENTRIES = 3000;
const MAX_CONFIGS = 16;
const READ_BYTES = 32 * 1024;
const CONFIG_BYTES = 128 * 1024;
const COUNTED_BYTES = 4 * 1024 * 1024;
const END_BYTES = 64;
const UNMARKED_BYTES = 1024;

const LOG_NAME =
  /(?:^|[._-])(?:log|logs|err|errors?|stderr|stdout|out|output)$|\.(?:log|err|out|stderr|stdout)(?:\.txt)?$|^nohup\.out$/i;
const LOG_FOLDER = /(?:^|\/)logs?(?:\/|$)/;
const NOT_LOG =
  /(?:^|[/._-])access(?:[._-]|$)|\.(?:py|m?js|cjs|ts|sh|rb|php|pl|lua|go|rs|c|h|java|conf|cfg|cnf|ini|ya?ml|json|toml|xml|html?|css|sql|tf|service|pem|key|crt|db|gz|tgz|zip|jar|so|o|deb|md|lock)$/i;
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.git',
  '.runbook',
  'venv',
  '.venv',
  'site-packages',
  'target',
  'proc',
  'sys',
  'dev',
]);
/** Too broad to be searched although a step names them. */
const BROAD = /^\/(?:[^/]*|usr\/[^/]+|usr\/local\/[^/]+|var\/[^/]+|etc\/ssl)$/;

/** What package managers write, which other programs of the box may run at any time. */
const PACKAGE_LOGS = /^\/var\/log\/(?:apt|unattended-upgrades|dpkg\.log|alternatives\.log)/;

/** Remembers the logs that exist before a step. */
export function markLogs(question: LogQuestion): LogMarks {
  return new Map(
    candidates(question).flatMap((path): [string, Mark][] => {
      const status = statusOf(path);
      if (!status) return [];
      const end = bytesAt(path, Math.max(0, status.size - END_BYTES), END_BYTES).toString('latin1');
      return [[path, { size: status.size, modifiedMs: status.mtimeMs, end }]];
    }),
  );
}

/**
 * The lines that were written since `marks` into the logs which the step names, and into files that look like logs below
 * its folders and in /var/log. Masked and bounded.
 */
export function newLogLines(question: LogQuestion, marks: LogMarks, sinceMs: number): NewLines[] {
  const files = candidates(question).flatMap((path) => {
    const status = statusOf(path);
    if (!status || status.size === 0) return [];
    const mark = marks.get(path);
    const isNew = mark
      ? status.size !== mark.size || status.mtimeMs > mark.modifiedMs
      : status.mtimeMs >= sinceMs - 20;
    const from = mark || status.birthtimeMs >= sinceMs - 20 ? startOf(path, status, mark) : unmarked(status);
    return isNew ? [{ path, status, from }] : [];
  });
  return files
    .sort((a, b) => b.status.mtimeMs - a.status.mtimeMs)
    .slice(0, MAX_FILES)
    .flatMap(({ path, status, from }) => linesOf(path, status, from, question.folder) ?? []);
}

/** Of a log that existed before and was not measured then, only the end can be new. */
function unmarked({ size }: Stats): number {
  return Math.max(0, size - UNMARKED_BYTES);
}

/** Where the new part begins: after what was there, unless the file was rewritten. */
function startOf(path: string, { size }: Stats, mark: Mark | undefined): number {
  if (!mark || size < mark.size) return 0;
  const at = Math.max(0, mark.size - END_BYTES);
  const before = bytesAt(path, at, mark.size - at).toString('latin1');
  return before === mark.end ? mark.size : 0;
}

function linesOf(path: string, { size }: Stats, from: number, folder: string): NewLines | undefined {
  const start = Math.max(from, size - READ_BYTES);
  const text = bytesAt(path, start, size - start).toString('utf8');
  if (text.includes('\0')) return undefined;
  const whole = redactOutput(text).split('\n');
  if (start > from) whole.shift();
  if (whole.at(-1) === '') whole.pop();
  const lines = whole.slice(-MAX_LINES);
  if (lines.every((line) => line.trim() === '')) return undefined;
  const skipped = whole.length - lines.length + (start > from ? 1 : 0);
  const near = relative(folder, path);
  return {
    path: near.startsWith('..') ? path : near,
    ...(size <= COUNTED_BYTES && { first: lineAt(path, start) + skipped }),
    lines,
  };
}

function lineAt(path: string, offset: number): number {
  let line = 1;
  for (const byte of bytesAt(path, 0, offset)) if (byte === 10) line++;
  return line;
}

/** Files that may be logs of this step, those that it names first. */
function candidates({ text, folder, home }: LogQuestion): string[] {
  const whole = withScripts(text, folder, home);
  const { logs, others } = namedPaths(whole, folder, home);
  const configs = others.filter((path) => !isLog(path)).slice(0, 200);
  const settings = configs
    .flatMap((path) => (configText(path) === undefined ? [] : [path]))
    .slice(0, MAX_CONFIGS)
    .flatMap((path) => namedPaths(configText(path)!, dirname(path), home).logs.filter(isLog));
  const folders = others.flatMap((path) => (isFolder(path) ? [path] : [dirname(path)]));
  const roots = new Set(
    folders.filter((path) => !BROAD.test(path) && isFolder(path) && !path.startsWith(`${folder}/`)),
  );
  const budget = { left: MAX_ENTRIES };
  const below = [
    ...walk(folder, 4, budget),
    ...[...roots].slice(0, 12).flatMap((root) => walk(root, 2, budget)),
    ...walk('/var/log', 2, budget).filter((path) => !PACKAGE_LOGS.test(path) || /\b(?:apt|dpkg)/.test(text)),
    ...walk('/tmp', 1, budget),
  ];
  const named = [...logs.filter((path) => !NOT_LOG.test(path)), ...settings, ...others.filter(isLog)];
  return [...new Set([...named, ...below])];
}

/** The step, and the scripts of its folder that it calls: their redirects count too. */
function withScripts(text: string, folder: string, home: string): string {
  const scripts = namedPaths(text, folder, home).others.filter((path) =>
    /\.(?:sh|bash)$|\/[\w-]+$/.test(path),
  );
  const texts = scripts.slice(0, 40).flatMap((path) => configText(path) ?? []);
  return [text, ...texts.slice(0, 6)].join('\n');
}

function isLog(path: string): boolean {
  if (NOT_LOG.test(path)) return false;
  return LOG_NAME.test(basename(path)) || LOG_FOLDER.test(dirname(path));
}

function walk(root: string, depth: number, budget: { left: number }): string[] {
  const entries = valueIn(() => readdirSync(root, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry): string[] => {
    if (budget.left-- <= 0) return [];
    const path = join(root, entry.name);
    if (entry.isFile()) return isLog(path) ? [path] : [];
    const enters = entry.isDirectory() && depth > 1 && !SKIPPED_FOLDERS.has(entry.name);
    return enters ? walk(path, depth - 1, budget) : [];
  });
}

function configText(path: string): string | undefined {
  const status = statusOf(path);
  if (!status || status.size > CONFIG_BYTES) return undefined;
  const text = valueIn(() => readFileSync(path, 'utf8'));
  return text?.includes('\0') ? undefined : text;
}

/** Only of regular files: opening a pipe or a device could block. */
function statusOf(path: string): Stats | undefined {
  const status = valueIn(() => statSync(path));
  return status?.isFile() ? status : undefined;
}

function isFolder(path: string): boolean {
  return valueIn(() => statSync(path))?.isDirectory() ?? false;
}

function bytesAt(path: string, offset: number, length: number): Buffer {
  const bytes = valueIn(() => {
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
    } finally {
      closeSync(file);
    }
  });
  return bytes ?? Buffer.alloc(0);
}

function valueIn<T>(read: () => T): T | undefined {
  const reading = tryRead(read);
  return reading.kind === 'read' ? reading.value : undefined;
}
