import { appendFile, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { journalKey } from '../../journal/box-state.ts';
import { prepareFolder } from '../../journal/journal-folder.ts';
import { isRunning, thisProcess } from '../../journal/process-identity.ts';
import { storing } from '../../journal/storage-error.ts';
import { loopState } from '../../judge/loop-state.ts';
import type { BoxIdentity } from '../../model/box.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { LoopEntry, type LoopRecord, type LoopState } from '../../model/loop.ts';
import { Snapshot } from '../../model/snapshot.ts';
import type { World } from '../../world.ts';
import { AGENT_SCHEMA, AgentEntry, type AgentRecord } from './agent-entry.ts';

/** Snapshots kept beside the first one, which tells what no step ever did. */
const SNAPSHOTS_KEPT = 60;

type Entry = LoopEntry | AgentEntry;
type EntryOf<K extends AgentEntry['kind']> = Extract<AgentRecord, { kind: K }>;

/**
 * The agent's memory on disk: one document on one box, one line for everything that happened, in `.runbook/`. Every call
 * reads it anew, so that it does not matter which process, or how many, wrote it. A line is one write: kill -9 leaves it
 * whole or leaves nothing.
 */
export class AgentStore {
  #records: readonly (LoopRecord | AgentRecord)[] = [];

  private constructor(
    private readonly folder: string,
    private readonly path: string,
    private readonly now: () => number,
  ) {}

  /** @throws RunbookError 3 for a journal of a newer version, or a folder that cannot be read. */
  static async open(world: World, document: string, box: BoxIdentity): Promise<AgentStore> {
    const folder = await folderOf(world, document);
    const key = journalKey(box.id, join(folder, basename(document)));
    const path = join(folder, '.runbook', `${basename(document)}.${key}.agent.jsonl`);
    const store = new AgentStore(folder, path, world.now);
    await store.reload();
    return store;
  }

  /** Guards, problems and attempts, rebuilt from the lines. */
  get loop(): LoopState {
    return loopState(this.#records.filter(isLoop));
  }

  get jobs(): readonly (EntryOf<'job'> & { readonly ended?: EntryOf<'job-ended'> })[] {
    const ends = new Map(this.of('job-ended').map((each) => [each.job, each]));
    return this.of('job').map((each) => {
      const ended = ends.get(each.job);
      return ended ? { ...each, ended } : each;
    });
  }

  of<K extends AgentEntry['kind']>(kind: K): readonly EntryOf<K>[] {
    return this.#records.filter((each): each is EntryOf<K> => each.kind === kind);
  }

  async reload(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    this.#records = text
      .split('\n')
      .flatMap((line) => readLine(line, this.path))
      .map(numbered);
  }

  /** Appends lines in one write, and takes them in. */
  async append(...entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const at = new Date(this.now()).toISOString();
    const lines = entries.map((entry) => `${JSON.stringify({ v: AGENT_SCHEMA, at, ...entry })}\n`).join('');
    await storing('the agent’s journal', this.path, async () => {
      await prepareFolder(this.folder);
      // A line end first, in case a power cut tore the last write.
      await appendFile(this.path, `\n${lines}`, { mode: 0o600, flush: true });
    });
    await this.reload();
  }

  /** Writes a snapshot and notes it; old ones are dropped, but never the first. */
  async keepSnapshot(snapshot: Snapshot, reason: string): Promise<void> {
    const folder = await this.#subfolder('snapshots');
    await writeFile(join(folder, `${snapshot.id}.json`), JSON.stringify(snapshot), { mode: 0o600 });
    await this.append({ kind: 'snapshot', snapshot: snapshot.id, for: reason });
    const kept = this.of('snapshot').map((each) => each.snapshot);
    const wanted = new Set([...kept.slice(0, 1), ...kept.slice(-SNAPSHOTS_KEPT)]);
    const files = (await readdir(folder)).filter((name) => kept.includes(name.replace(/\.json$/, '')));
    const old = files.filter((name) => !wanted.has(name.replace(/\.json$/, '')));
    await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  }

  /** A snapshot by its id; undefined where there is none any more. */
  async snapshot(id: string | undefined): Promise<Snapshot | undefined> {
    if (id === undefined || !/^sn-[a-z0-9]+$/.test(id)) return undefined;
    const path = join(this.folder, '.runbook', 'snapshots', `${id}.json`);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const parsed = text === undefined ? undefined : Snapshot.safeParse(JSON.parse(text));
    return parsed?.success ? parsed.data : undefined;
  }

  /** Where a job's masked output goes. */
  async jobLog(job: string): Promise<string> {
    return join(await this.#subfolder('jobs'), `${job}.log`);
  }

  /** Jobs and attempts whose process is gone: the warden of their shell has ended their process groups (execute/host-script). */
  async settleInterrupted(): Promise<void> {
    const dead = this.jobs.filter((each) => !each.ended && !isRunning(each.process));
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

  async #subfolder(name: string): Promise<string> {
    await prepareFolder(this.folder);
    const folder = join(this.folder, '.runbook', name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
}

/** The document's real folder; the document itself need not exist yet. */
async function folderOf(world: World, document: string): Promise<string> {
  const path = resolve(world.cwd, document);
  const real = await realpath(path).catch(() => undefined);
  return real === undefined ? await realpath(dirname(path)) : dirname(real);
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

const Line = z.object({ v: z.number(), at: z.string(), kind: z.string() }).loose();

/** A torn line tells of nothing that was answered to anybody. */
function readLine(line: string, path: string): (Entry & { at: number })[] {
  if (line === '') return [];
  const outer = Line.safeParse(parsed(line));
  if (!outer.success) return [];
  if (outer.data.v > AGENT_SCHEMA) throw newerJournal(path);
  const at = Date.parse(outer.data.at);
  const entry = LoopEntry.safeParse(outer.data);
  if (entry.success) return [{ ...entry.data, at }];
  const other = AgentEntry.safeParse(outer.data);
  return other.success ? [{ ...other.data, at }] : [];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function numbered(entry: Entry & { at: number }, index: number): LoopRecord | AgentRecord {
  return { ...entry, seq: index + 1 };
}

const AGENT_KINDS: ReadonlySet<string> = new Set(['job', 'job-ended', 'snapshot', 'approval']);

function isLoop(record: LoopRecord | AgentRecord): record is LoopRecord {
  return !AGENT_KINDS.has(record.kind);
}

function newerJournal(path: string): RunbookError {
  return new RunbookError(
    [
      {
        code: 'newer-journal',
        severity: 'error',
        message: `${path} was written by a newer version of runbook.`,
        remedy: 'Use that version, or move the file away to begin anew.',
      },
    ],
    EXIT.person,
  );
}
