import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { redactText } from '../redact.ts';
import { services } from '../services.ts';
import { askTool } from '../tool.ts';
import { tryRead } from '../try-read.ts';
import type { Observer, Sources, Unnumbered } from './observer.ts';

type Log = Unnumbered<'logs'>;

const [MOST_FILES, TAIL_BYTES, MOST_LINES, LONGEST_LINE] = [8, 4096, 20, 300];
const DAY_MS = 24 * 60 * 60 * 1000;

/** Binary records, rotated logs, and what says only that packages were handled (`packages` says that better). */
const IRRELEVANT =
  /^(?:wtmp|btmp|lastlog|faillog|tallylog|dpkg\.log|alternatives\.log|fontconfig\.log|bootstrap\.log|README)$|\.(?:gz|xz|bz2|zst|old|journal|\d+)$|-\d{8}$/;
const IRRELEVANT_FOLDERS = new Set([
  'journal',
  'private',
  'installer',
  'sysstat',
  'apt',
  'pods',
  'containers',
]);

/** The journal's warnings and its lines of failed services, and the ends of files in /var/log written within a day. */
export const observeLogs: Observer<'logs'> = async (sources) => {
  const files = recentFiles(sources);
  const journal = await journalLogs();
  const facts = [...journal.facts, ...files.flatMap((path) => tailOf(path) ?? [])];
  return { facts: facts.filter(({ lines }) => lines.length > 0), unavailable: journal.unavailable ?? [] };
};

function recentFiles({ now }: Sources): string[] {
  const found = [...logsIn('/var/log'), ...foldersIn('/var/log').flatMap(logsIn)].flatMap((path) => {
    const status = tryRead(() => statSync(path));
    if (status.kind !== 'read' || !status.value.isFile() || status.value.size === 0) return [];
    return [{ path, modified: status.value.mtimeMs }];
  });
  const recent = found.filter(({ modified }) => now.getTime() - modified < DAY_MS);
  return recent
    .sort((a, b) => b.modified - a.modified)
    .slice(0, MOST_FILES)
    .map(({ path }) => path);
}

function logsIn(folder: string): string[] {
  return entries(folder)
    .filter((entry) => entry.isFile() && !IRRELEVANT.test(entry.name))
    .map(({ name }) => `${folder}/${name}`);
}

function foldersIn(folder: string): string[] {
  return entries(folder)
    .filter((entry) => entry.isDirectory() && !IRRELEVANT_FOLDERS.has(entry.name))
    .map(({ name }) => `${folder}/${name}`);
}

function entries(folder: string) {
  const listing = tryRead(() => readdirSync(folder, { withFileTypes: true }));
  return listing.kind === 'read' ? listing.value : [];
}

/** The last lines of a text file; undefined where it may not be read or is binary. */
function tailOf(path: string): Log | undefined {
  const look = tryRead(() => {
    const file = openSync(path, 'r');
    try {
      const { size, mtime } = fstatSync(file);
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      const read = readSync(file, buffer, 0, buffer.length, Math.max(0, size - TAIL_BYTES));
      return {
        text: buffer.toString('utf8', 0, read),
        whole: size <= TAIL_BYTES,
        modified: mtime.toISOString(),
      };
    } finally {
      closeSync(file);
    }
  });
  if (look.kind !== 'read' || look.value.text.includes('\0')) return undefined;
  const { text, whole, modified } = look.value;
  // The first line of a tail is cut anywhere.
  return { source: path, modified, lines: lastLines(whole ? text : text.slice(text.indexOf('\n') + 1)) };
}

function lastLines(text: string): string[] {
  const lines = redactText(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-MOST_LINES).map((line) => line.slice(0, LONGEST_LINE));
}

async function journalLogs(): Promise<{ facts: Log[]; unavailable?: string[] }> {
  const booted = tryRead(() => statSync('/run/systemd/system'));
  if (booted.kind !== 'read') return { facts: [] };
  const { services: found } = await services();
  const failed = found.filter(({ state }) => state === 'failed').slice(0, 3);
  const answers = await Promise.all([
    askJournal('journal', ['-p', 'warning']),
    ...failed.map(({ name }) => askJournal(`journal of ${name}`, ['-u', name])),
  ]);
  const refused = answers.every((answer) => answer === undefined);
  return {
    facts: answers.flatMap((answer) => answer ?? []),
    ...(refused && {
      unavailable: ['the journal cannot be read (it needs root or the group systemd-journal)'],
    }),
  };
}

async function askJournal(source: string, args: readonly string[]): Promise<Log | undefined> {
  const options = ['--no-pager', '--quiet', '--boot', '-n', String(MOST_LINES), '-o', 'short-iso'];
  const answer = await askTool('journalctl', [...options, ...args]);
  if (answer.kind !== 'exit' || answer.code !== 0) return undefined;
  const lines = lastLines(answer.stdout);
  const last = /^\S+/.exec(lines.at(-1) ?? '')?.[0] ?? '';
  const modified = Number.isNaN(Date.parse(last)) ? new Date(0) : new Date(last);
  return { source, modified: modified.toISOString(), lines };
}
