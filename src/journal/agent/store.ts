import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LoopEntry, type LoopState } from '../../loop/loop.ts';
import type { BoxIdentity } from '../../model/box.ts';
import { Snapshot } from '../../model/facts/snapshot.ts';
import type { World } from '../../world.ts';
import { journalKey } from '../box-state.ts';
import { OWN_FILE, prepareFolder, prepareSubfolder } from '../journal-folder.ts';
import { appendLines } from '../lines/json-lines.ts';
import { isRunning, thisProcess } from '../lock/process-identity.ts';
import { storing } from '../storage-error.ts';
import { AGENT_SCHEMA, type AgentEntry, type AgentRecord } from './agent-entry.ts';
import type { JournalRow } from './journal-lines.ts';
import { type JournalContent, JournalReader } from './journal-reader.ts';

/** Number of snapshots kept in addition to the first, which shows the state before any step. */
const SNAPSHOTS_KEPT = 60;

/** Snapshots in memory; one of a busy box has a few hundred kilobytes. `alone`: for a server that writes nothing. */
const IN_MEMORY = { beside: 4, alone: 20 } as const;

type EntryOf<K extends AgentEntry['kind']> = Extract<AgentRecord, { kind: K }>;

type JobRecord = EntryOf<'job'> & { readonly ended?: EntryOf<'job-ended'> };

/** The jobs of a journal, each with its end. Cached, because every call needs them. */
const jobsIn = new WeakMap<JournalContent, readonly JobRecord[]>();

/** The journal readers of this process, by world, box and document. */
const readers = new WeakMap<World, Map<string, JournalReader>>();

/**
 * The agent's journal on disk: one document on one box, one line per event, in `.runbook/`. Every call reads new lines,
 * so any number of processes may write. A line is one write, which kill -9 leaves complete or absent.
 *
 * A server that may not write (`readOnly`) keeps its own lines and snapshots in memory.
 */
export class AgentStore {
  #content: JournalContent;

  private constructor(
    private readonly folder: string,
    private readonly now: () => number,
    readonly readOnly: boolean,
    private readonly reader: JournalReader,
  ) {
    this.#content = reader.read();
  }

  /** @throws RunbookError 3 for a journal of a newer version, or a folder that cannot be read */
  static open(
    world: World,
    { path: document, folder }: { path: string; folder: string },
    box: BoxIdentity,
    readOnly = false,
  ): AgentStore {
    const reader = readerFor(world, `${box.id}\n${document}`, () => {
      const key = journalKey(box.id, document);
      return join(folder, '.runbook', `${basename(document)}.${key}.agent.jsonl`);
    });
    return new AgentStore(folder, world.now, readOnly, reader);
  }

  /** Guards, problems and attempts, rebuilt from the lines. The same object until there are new lines. */
  get loop(): LoopState {
    return this.#content.loop;
  }

  get jobs(): readonly JobRecord[] {
    const known = jobsIn.get(this.#content) ?? this.#joinedJobs();
    jobsIn.set(this.#content, known);
    return known;
  }

  #joinedJobs(): readonly JobRecord[] {
    const ends = new Map(this.of('job-ended').map((each) => [each.job, each]));
    return this.of('job').map((each) => {
      const ended = ends.get(each.job);
      return ended ? { ...each, ended } : each;
    });
  }

  of<K extends AgentEntry['kind']>(kind: K): readonly EntryOf<K>[] {
    return this.#content.records.filter((each): each is EntryOf<K> => each.kind === kind);
  }

  async reload(): Promise<void> {
    this.#content = this.reader.read();
  }

  /** Appends lines in one write, and reads them back. */
  async append(...entries: readonly JournalRow[]): Promise<void> {
    if (entries.length === 0) return;
    const now = this.now();
    if (this.readOnly) this.reader.keep(entries.map((entry) => ({ ...entry, at: now })));
    else await this.#write(entries, new Date(now).toISOString());
    await this.reload();
  }

  async #write(entries: readonly JournalRow[], at: string): Promise<void> {
    const { path } = this.reader;
    await storing('the agent’s journal', path, async () => {
      await prepareFolder(this.folder);
      const lines = entries.map((entry) => ({ v: AGENT_SCHEMA, at, ...entry }));
      await appendLines(path, lines, OWN_FILE.append);
    });
  }

  /** Writes a snapshot and records it; deletes old ones, but never the first. */
  async keepSnapshot(snapshot: Snapshot, reason: string): Promise<void> {
    this.reader.snapshots.set(snapshot.id, snapshot, this.#inMemory);
    if (!this.readOnly) {
      const folder = await prepareSubfolder(this.folder, 'snapshots');
      const path = join(folder, `${snapshot.id}.json`);
      const how = { mode: 0o600, flag: OWN_FILE.truncated };
      await storing('a snapshot of the box', path, () => writeFile(path, JSON.stringify(snapshot), how));
    }
    await this.append({ kind: 'snapshot', snapshot: snapshot.id, for: reason });
    if (!this.readOnly) await this.#dropOld();
  }

  get #inMemory(): number {
    return this.readOnly ? IN_MEMORY.alone : IN_MEMORY.beside;
  }

  async #dropOld(): Promise<void> {
    const kept = this.of('snapshot').map((each) => each.snapshot);
    const wanted = new Set([...kept.slice(0, 1), ...kept.slice(-SNAPSHOTS_KEPT)]);
    const folder = await prepareSubfolder(this.folder, 'snapshots');
    const files = (await readdir(folder)).filter((name) => kept.includes(name.replace(/\.json$/, '')));
    const old = files.filter((name) => !wanted.has(name.replace(/\.json$/, '')));
    await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  }

  /** A snapshot by its id; undefined if it no longer exists. */
  async snapshot(id: string | undefined): Promise<Snapshot | undefined> {
    if (id === undefined || !/^sn-[a-z0-9]+$/.test(id)) return undefined;
    const known = this.reader.snapshots.get(id);
    if (known) return known;
    const path = join(this.folder, '.runbook', 'snapshots', `${id}.json`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : Snapshot.safeParse(JSON.parse(text));
    if (parsed?.success) this.reader.snapshots.set(id, parsed.data, this.#inMemory);
    return parsed?.success ? parsed.data : undefined;
  }

  /** Path of a job's masked output. */
  jobLog(job: string): string {
    return join(this.folder, '.runbook', 'jobs', `${job}.log`);
  }

  /** Creates the log and returns its path. */
  async newJobLog(job: string): Promise<string> {
    await prepareSubfolder(this.folder, 'jobs');
    const path = this.jobLog(job);
    await storing('the log of a job', path, async () => (await open(path, OWN_FILE.append, 0o600)).close());
    return path;
  }

  /** Size of a job's output; undefined if it wrote nothing, or its log is gone. */
  async jobBytes(job: string): Promise<number | undefined> {
    return (await stat(this.jobLog(job)).catch(() => undefined))?.size;
  }

  /**
   * Records jobs and attempts whose process is gone as interrupted. The shell's watchdog has killed their process
   * groups (execute/shell/shell-script).
   */
  async settleInterrupted(): Promise<void> {
    const dead = this.jobs.filter((each) => !each.ended && !isRunning(each.process));
    if (dead.length === 0) return;
    const running = this.loop.attempts.filter((each) => each.status === 'running');
    const summary = 'The server was killed while this ran; its processes were ended with it.';
    await this.append(
      ...running
        .filter((each) => dead.some(({ job }) => job === each.job))
        .map((each) => interrupted(each.attempt, this.now() - each.startedAt)),
      ...dead.map(({ job }) => ({ kind: 'job-ended', job, status: 'interrupted', summary }) as const),
    );
  }

  /** This process, for the record of a job. */
  static process = thisProcess;
}

function readerFor(world: World, place: string, path: () => string): JournalReader {
  const known = readers.get(world) ?? new Map<string, JournalReader>();
  readers.set(world, known);
  const reader = known.get(place) ?? new JournalReader(path());
  known.set(place, reader);
  return reader;
}

function interrupted(attempt: string, durationMs: number): LoopEntry {
  return LoopEntry.parse({
    kind: 'attempt-ended',
    attempt,
    status: 'interrupted',
    durationMs,
    actedMs: durationMs,
    exitCode: null,
  });
}
