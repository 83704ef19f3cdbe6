import { appendFile, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LoopEntry, type LoopState } from '../../loop/loop.ts';
import type { BoxIdentity } from '../../model/box.ts';
import { Snapshot } from '../../model/snapshot.ts';
import type { World } from '../../world.ts';
import { journalKey } from '../box-state.ts';
import { OWN_FILE, prepareFolder, prepareSubfolder } from '../journal-folder.ts';
import { isRunning, thisProcess } from '../lock/process-identity.ts';
import { storing } from '../storage-error.ts';
import { AGENT_SCHEMA, type AgentEntry, type AgentRecord } from './agent-entry.ts';
import type { Entry } from './journal-lines.ts';
import { JournalReader, type Recalled } from './journal-reader.ts';

/** Snapshots kept beside the first one, which tells what no step ever did. */
const SNAPSHOTS_KEPT = 60;

/** Snapshots in memory; a look at a busy box is a few hundred kilobytes. `alone`: where nothing is written. */
const IN_MEMORY = { beside: 4, alone: 20 } as const;

type EntryOf<K extends AgentEntry['kind']> = Extract<AgentRecord, { kind: K }>;

type JobRecord = EntryOf<'job'> & { readonly ended?: EntryOf<'job-ended'> };

/** The jobs of what was read, each with its end: every call asks for them. */
const jobsIn = new WeakMap<Recalled, readonly JobRecord[]>();

/** What one process has read, by the world that it works in, the box and the document. */
const recollections = new WeakMap<World, Map<string, JournalReader>>();

/**
 * The agent's memory on disk: one document on one box, one line for everything that happened, in `.runbook/`. Every call
 * looks for what is new in it, so that it does not matter which process, or how many, wrote it. A line is one write: kill -9
 * leaves it whole or leaves nothing.
 *
 * A server that may write nothing (`readOnly`) keeps its own lines and snapshots in memory.
 */
export class AgentStore {
  #recalled: Recalled;

  private constructor(
    private readonly folder: string,
    private readonly now: () => number,
    readonly readOnly: boolean,
    private readonly recollection: JournalReader,
  ) {
    this.#recalled = recollection.recall();
  }

  /** @throws RunbookError 3 for a journal of a newer version, or a folder that cannot be read. */
  static open(
    world: World,
    { path: document, folder }: { path: string; folder: string },
    box: BoxIdentity,
    readOnly = false,
  ): AgentStore {
    const recollection = recollectionOf(world, `${box.id}\n${document}`, () => {
      const key = journalKey(box.id, document);
      return join(folder, '.runbook', `${basename(document)}.${key}.agent.jsonl`);
    });
    return new AgentStore(folder, world.now, readOnly, recollection);
  }

  /** Guards, problems and attempts, rebuilt from the lines. The same object until there are new ones. */
  get loop(): LoopState {
    return this.#recalled.loop;
  }

  get jobs(): readonly JobRecord[] {
    const known = jobsIn.get(this.#recalled) ?? this.#joinedJobs();
    jobsIn.set(this.#recalled, known);
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
    return this.#recalled.records.filter((each): each is EntryOf<K> => each.kind === kind);
  }

  async reload(): Promise<void> {
    this.#recalled = this.recollection.recall();
  }

  /** Appends lines in one write, and takes them in. */
  async append(...entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const now = this.now();
    if (this.readOnly) this.recollection.keep(entries.map((entry) => ({ ...entry, at: now })));
    else await this.#write(entries, new Date(now).toISOString());
    await this.reload();
  }

  async #write(entries: readonly Entry[], at: string): Promise<void> {
    const lines = entries.map((entry) => `${JSON.stringify({ v: AGENT_SCHEMA, at, ...entry })}\n`).join('');
    const { path } = this.recollection;
    await storing('the agent’s journal', path, async () => {
      await prepareFolder(this.folder);
      // A line end first, in case a power cut tore the last write.
      await appendFile(path, `\n${lines}`, { mode: 0o600, flush: true, flag: OWN_FILE.append });
    });
  }

  /** Writes a snapshot and notes it; old ones are dropped, but never the first. */
  async keepSnapshot(snapshot: Snapshot, reason: string): Promise<void> {
    this.recollection.snapshots.set(snapshot.id, snapshot, this.#inMemory);
    if (!this.readOnly) {
      const folder = await prepareSubfolder(this.folder, 'snapshots');
      const path = join(folder, `${snapshot.id}.json`);
      const how = { mode: 0o600, flag: OWN_FILE.anew };
      await storing('a look at the box', path, () => writeFile(path, JSON.stringify(snapshot), how));
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

  /** A snapshot by its id; undefined where there is none any more. */
  async snapshot(id: string | undefined): Promise<Snapshot | undefined> {
    if (id === undefined || !/^sn-[a-z0-9]+$/.test(id)) return undefined;
    const known = this.recollection.snapshots.get(id);
    if (known) return known;
    const path = join(this.folder, '.runbook', 'snapshots', `${id}.json`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : Snapshot.safeParse(JSON.parse(text));
    if (parsed?.success) this.recollection.snapshots.set(id, parsed.data, this.#inMemory);
    return parsed?.success ? parsed.data : undefined;
  }

  /** Where a job's masked output is, or is to go. */
  jobLog(job: string): string {
    return join(this.folder, '.runbook', 'jobs', `${job}.log`);
  }

  /** The same, where it can be written. */
  async newJobLog(job: string): Promise<string> {
    await prepareSubfolder(this.folder, 'jobs');
    const path = this.jobLog(job);
    await storing('the log of a job', path, async () => (await open(path, OWN_FILE.append, 0o600)).close());
    return path;
  }

  /** How much a job has said; undefined: nothing, or its log is gone. */
  async jobBytes(job: string): Promise<number | undefined> {
    return (await stat(this.jobLog(job)).catch(() => undefined))?.size;
  }

  /** Jobs and attempts whose process is gone: the warden of their shell has ended their process groups (execute/host-script). */
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

function recollectionOf(world: World, place: string, path: () => string): JournalReader {
  const known = recollections.get(world) ?? new Map<string, JournalReader>();
  recollections.set(world, known);
  const recollection = known.get(place) ?? new JournalReader(path());
  known.set(place, recollection);
  return recollection;
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
