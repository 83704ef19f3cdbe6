import type { Machine } from '../machine.ts';
import { redactText } from '../redact/redact.ts';
import type { Observer, Sources, Unnumbered } from './observer.ts';

type Log = Unnumbered<'logs'>;

const [MAX_FILES, MAX_LINES, LONGEST_LINE] = [8, 20, 300];

/** How much of a log's end is read. */
export const TAIL_BYTES = 4096;

/** Options of every journalctl call; the selection follows them. */
export const JOURNAL_OPTIONS = [
  '--no-pager',
  '--quiet',
  '--boot',
  '-n',
  String(MAX_LINES),
  '-o',
  'short-iso',
];
const DAY_MS = 24 * 60 * 60 * 1000;

/** Binary records, rotated logs, and logs of package changes, which the scope `packages` reports better. */
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

/**
 * The journal's warnings and its lines about failed services, and the ends of files in /var/log written within a day.
 */
export const observeLogs: Observer<'logs'> = async (sources) => {
  const files = recentFiles(sources);
  const journal = await journalLogs(sources);
  const facts = [...journal.facts, ...files.flatMap((file) => tailOf(file, sources.machine) ?? [])];
  return { facts: facts.filter(({ lines }) => lines.length > 0), unavailable: journal.unavailable ?? [] };
};

interface RecentFile {
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

function recentFiles({ now, machine }: Sources): RecentFile[] {
  const folders = ['/var/log', ...foldersIn('/var/log', machine)];
  const found = folders
    .flatMap((folder) => logsIn(folder, machine))
    .flatMap((path) => {
      const status = machine.status(path);
      if (status.kind !== 'read' || status.value.kind !== 'file' || status.value.bytes === 0) return [];
      return [{ path, modified: status.value.modifiedMs }];
    });
  const recent = found.filter(({ modified }) => now.getTime() - modified < DAY_MS);
  return recent.sort((a, b) => b.modified - a.modified).slice(0, MAX_FILES);
}

function logsIn(folder: string, machine: Machine): string[] {
  return entries(folder, machine)
    .filter((entry) => entry.kind === 'file' && !IRRELEVANT.test(entry.name))
    .map(({ name }) => `${folder}/${name}`);
}

function foldersIn(folder: string, machine: Machine): string[] {
  return entries(folder, machine)
    .filter((entry) => entry.kind === 'folder' && !IRRELEVANT_FOLDERS.has(entry.name))
    .map(({ name }) => `${folder}/${name}`);
}

function entries(folder: string, machine: Machine) {
  const listing = machine.list(folder);
  return listing.kind === 'read' ? listing.value : [];
}

/** The last lines of a text file; undefined if it cannot be read or is binary. */
function tailOf({ path, modified }: RecentFile, machine: Machine): Log | undefined {
  const reading = machine.tail(path, TAIL_BYTES);
  if (reading.kind !== 'read') return undefined;
  const text = reading.value.content.toString('utf8');
  if (text.includes('\0')) return undefined;
  // The first line of a tail is incomplete.
  const lines = lastLines(reading.value.whole ? text : text.slice(text.indexOf('\n') + 1));
  return { source: path, modified: new Date(modified).toISOString(), lines };
}

function lastLines(text: string): string[] {
  const lines = redactText(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-MAX_LINES).map((line) => line.slice(0, LONGEST_LINE));
}

async function journalLogs({
  machine,
  services,
}: Sources): Promise<{ facts: Log[]; unavailable?: string[] }> {
  if (!machine.exists('/run/systemd/system')) return { facts: [] };
  const { services: found } = await services();
  const failed = found.filter(({ state }) => state === 'failed').slice(0, 3);
  const answers = await Promise.all([
    readSystemJournal(machine, 'journal', ['-p', 'warning']),
    ...failed.map(({ name }) => readSystemJournal(machine, `journal of ${name}`, ['-u', name])),
  ]);
  const unreadable = answers.every((answer) => answer === undefined);
  return {
    facts: answers.flatMap((answer) => answer ?? []),
    ...(unreadable && {
      unavailable: ['the journal cannot be read (it needs root or the group systemd-journal)'],
    }),
  };
}

async function readSystemJournal(
  machine: Machine,
  source: string,
  args: readonly string[],
): Promise<Log | undefined> {
  const answer = await machine.tool('journalctl', [...JOURNAL_OPTIONS, ...args]);
  if (answer.kind !== 'exit' || answer.code !== 0) return undefined;
  const lines = lastLines(answer.stdout);
  const last = /^\S+/.exec(lines.at(-1) ?? '')?.[0] ?? '';
  const modified = Number.isNaN(Date.parse(last)) ? new Date(0) : new Date(last);
  return { source, modified: modified.toISOString(), lines };
}
