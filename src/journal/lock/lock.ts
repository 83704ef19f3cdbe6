import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoxLock, BoxLockRequest } from '../../model/box-state.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { makeFolders } from '../make-folders.ts';
import { storageError } from '../storage-error.ts';
import { userName } from '../user-name.ts';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';

/*
 * One lock per box, so that two passes never work on one machine at once.
 *
 * Why not proper-lockfile: its lock is stale when a timer says so (10 s without a touch), so after kill -9 one waits,
 * and a process that was stopped or swapped out for 10 s loses a lock that it holds. Here a lock is as alive as the
 * process that holds it, told by pid, start time and boot id: what kill -9 or a reboot left is taken over at once.
 *
 * Why it is free of races. The lock is a file whose holder is written in it. A file comes to be by link(2), whole and
 * only where there is none. The hard part is a dead holder: who removes his file may remove that of a faster one.
 * So nobody removes it. The heir of the content X links his own file as `lock.X`, which only one can; X is never used
 * again, for every content holds a random word. The chain lock → lock.X → lock.Y … ends with the one who holds. Who has
 * linked walks the chain once more: where it does not end with him, the lock was renewed in between, and his link is
 * void. The holder then renames his file over `lock` and only after that removes the dead links, so a link made
 * too late is never reached from `lock`. A holder who lives is inherited by nobody, so he alone removes `lock`.
 */

/** What a lock says of its holder. */
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
 * Takes the box's lock, at once or not at all; front ends answer `held` with exit 3.
 * @throws RunbookError 3 where the state folder cannot be written.
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
        // A link that came too late is gone at a second look; who holds is still there.
        if (walk(path).at(-1)?.content !== last.content) continue;
        return { kind: 'held', diagnostic: held(last.holder, path) };
      }
      const place = last ? heirOf(path, last) : path;
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
  /** undefined: not readable, as a power cut may leave it; so its holder is gone. */
  readonly holder: Holder | undefined;
}

/** From the lock to its last heir. */
function walk(path: string): Link[] {
  const chain: Link[] = [];
  for (let at = path; ; ) {
    const content = contentOf(at);
    if (content === undefined) return chain;
    const link = { path: at, content, holder: parse(content) };
    chain.push(link);
    at = heirOf(path, link);
  }
}

/** Makes the heir's file the lock itself. The order matters: see above. */
function collapse(path: string, draft: string, dead: readonly string[]): void {
  renameSync(draft, path);
  for (const link of dead) remove(link);
}

function releaser(path: string, content: string): () => void {
  return () => {
    if (contentOf(path) === content) remove(path);
  };
}

/** Its own path counts too: files that a power cut left empty must not be each other's heirs. */
function heirOf(path: string, link: Link): string {
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
    return Number.isSafeInteger(holder.pid) ? holder : undefined;
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
    message: `Another "runbook ${command}" works on this box: process ${pid} of ${user}, on ${document}, since ${since}.`,
    remedy: `Wait for it or stop it (kill ${pid}), then run this command again; nothing was changed.`,
    cause: `held by ${path}`,
  };
}
