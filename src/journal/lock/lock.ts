import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoxLock, BoxLockRequest } from '../../model/box-state.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { makeFolders } from '../make-folders.ts';
import { storageError } from '../storage-error.ts';
import { userName } from '../user-name.ts';
import { isPossiblePid, isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';

/*
 * One lock per box, so that two passes never change one machine at the same time.
 *
 * Why not proper-lockfile: it uses a timeout (10 s without a touch). After kill -9 one has to wait, and a process that
 * was stopped or swapped out for 10 s loses a lock that it holds. Here a lock is valid as long as its holder runs,
 * identified by pid, start time and boot id, so a lock left by kill -9 or a reboot is taken over at once.
 *
 * Why it is free of races. The lock is a file that describes its holder. It is created by link(2), which is atomic and
 * fails if the file exists. The difficult case is a dead holder: a process that removes the dead holder's file might
 * remove a new holder's. So no process removes it. The process that takes over from the content X hard-links its own file
 * as `lock.X`, which only one process can do; X is never used again, because every content contains a random word. The
 * chain lock → lock.X → lock.Y … ends with the current holder. After linking, a process walks the chain again: if it
 * does not end with that process, the lock was renewed in between, and its link is void. The holder then renames its
 * file over `lock`, and only after that removes the links of dead holders, so a link made too late is never reached
 * from `lock`. No process takes over from a running holder, so only the holder removes `lock`.
 */

/** What a lock says about its holder. */
interface Holder extends ProcessIdentity {
  readonly user: string;
  readonly command: string;
  readonly document: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface LockRequest extends BoxLockRequest {
  /** On the box, outside every project. */
  readonly stateFolder: string;
}

/**
 * Acquires the box's lock without waiting; callers report `held` with exit 3.
 * @throws RunbookError 3 if the state folder cannot be written
 */
export function acquireLock(request: LockRequest): BoxLock {
  const path = join(request.stateFolder, 'lock');
  try {
    makeFolders(request.stateFolder);
    return acquire(path, { ...describe(request), word: randomUUID() });
  } catch (error) {
    throw storageError('the lock of this box', path, error);
  }
}

function acquire(path: string, holder: Holder & { word: string }): BoxLock {
  const draft = `${path}.${holder.word}`;
  const content = JSON.stringify(holder);
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      const chain = walk(path);
      const last = chain.at(-1);
      if (last?.holder && isRunning(last.holder)) {
        // A void link is gone on the second walk; a current holder is still there.
        if (walk(path).at(-1)?.content !== last.content) continue;
        return { kind: 'held', diagnostic: held(last.holder, path) };
      }
      const place = last ? successorOf(path, last) : path;
      if (!linked(draft, place)) continue;
      if (walk(path).at(-1)?.content !== content) {
        remove(place);
        continue;
      }
      if (last) collapse(path, draft, [...chain.slice(1).map((link) => link.path), place]);
      return { kind: 'acquired', release: releaser(path, content) };
    }
  } finally {
    remove(draft);
  }
}

interface Link {
  readonly path: string;
  readonly content: string;
  /** Undefined if it cannot be parsed, as after a power failure; its holder is then gone. */
  readonly holder: Holder | undefined;
}

/** From the lock to its last successor. */
function walk(path: string): Link[] {
  const chain: Link[] = [];
  for (let at = path; ; ) {
    const content = contentOf(at);
    if (content === undefined) return chain;
    const link = { path: at, content, holder: parse(content) };
    chain.push(link);
    at = successorOf(path, link);
  }
}

/** Makes the last successor's file the lock itself. The order matters: see above. */
function collapse(path: string, draft: string, dead: readonly string[]): void {
  renameSync(draft, path);
  for (const link of dead) remove(link);
}

function releaser(path: string, content: string): () => void {
  return () => {
    if (contentOf(path) === content) remove(path);
  };
}

/** The path is part of the hash: files that a power failure left empty must not be each other's successors. */
function successorOf(path: string, link: Link): string {
  const name = createHash('sha256').update(`${link.path}\n${link.content}`).digest('hex');
  return `${path}.${name.slice(0, 32)}`;
}

function linked(draft: string, place: string): boolean {
  try {
    linkSync(draft, place);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(content: string): Holder | undefined {
  try {
    const holder = JSON.parse(content) as Holder;
    return isPossiblePid(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function describe({ command, document, now }: LockRequest): Holder {
  return { ...thisProcess(), user: userName(), command, document, since: new Date(now()).toISOString() };
}

function held({ pid, user, command, document, since }: Holder, path: string): Diagnostic {
  return {
    code: 'lock-held',
    severity: 'error',
    message: `Only one command may work on this box at a time. "runbook ${command}" on ${document} holds its lock since ${since}: process ${pid}, started by ${user}.`,
    remedy: `Wait for that process or stop it ("kill ${pid}"), then run this command again.`,
    cause: `held by ${path}`,
  };
}
