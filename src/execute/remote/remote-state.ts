import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { BoxCounter, BoxLock, BoxLockRequest, BoxState } from '../../model/box-state.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { RemoteSession } from './session.ts';

/** A box's numbers go to its disk this often, in milliseconds, and at the end: syncing each would cost more than the step. */
const DISK_EVERY_MS = 1_000;

const DIGITS = 16;

/** The state of another box, kept by the first session's keeper: same files, same meaning as on this machine. */
export function remoteBoxState(session: RemoteSession, name: string): BoxState {
  return {
    counter: async (key) => numberIn(await session.ask('r', checked(key))),
    openCounter: async (key) => openCounter(session, name, checked(key)),
    lock: (request) => takeLock(session, name, request),
  };
}

async function openCounter(session: RemoteSession, name: string, key: string): Promise<BoxCounter> {
  const answer = await session.ask('o', key);
  if (!answer.startsWith('ok')) throw cannotKeep(name, answer);
  let lastDisk = performance.now();
  let dirty = false;
  return {
    value: numberIn(answer),
    set: (value) => {
      dirty = true;
      session.notify(`c ${key} ${String(value).padStart(DIGITS, '0')}`);
    },
    sync: async () => {
      const now = performance.now();
      const toDisk = now - lastDisk >= DISK_EVERY_MS;
      if (toDisk) lastDisk = now;
      if ((await session.ask('s', toDisk ? 'disk' : '')) !== 'ok')
        throw cannotKeep(name, 'a write failed there');
    },
    close: () => {
      // What was told is on the box; this asks for its disk, and nobody waits.
      if (dirty && session.lost() === undefined) session.ask('s', 'disk').catch(() => {});
    },
  };
}

async function takeLock(session: RemoteSession, name: string, request: BoxLockRequest): Promise<BoxLock> {
  const { command, document, now } = request;
  const since = new Date(now()).toISOString();
  const user = `${userInfo().username}@${hostname()}`;
  const rest = JSON.stringify({
    user,
    command,
    document,
    since,
    word: randomUUID(),
    from: hostname(),
    engine: process.pid,
  });
  const word = randomUUID();
  const answer = await session.ask('l', `${word} ${rest.slice(1)}`);
  if (answer.startsWith('held '))
    return { kind: 'held', diagnostic: held(name, answer.slice('held '.length)) };
  if (!answer.startsWith('ok')) throw cannotKeep(name, answer.replace(/^failed /, ''));
  let mine = true;
  return {
    kind: 'acquired',
    release: () => {
      if (mine && session.lost() === undefined) session.notify('u');
      mine = false;
    },
  };
}

/** `ok NUMBER`, with nothing behind it where there is none. */
function numberIn(answer: string): number {
  const text = answer.replace(/^ok ?/, '').trim();
  return /^\d{16}$/.test(text) ? Number(text) : 0;
}

function checked(key: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(key)) throw new Error(`${key} is no key of a journal`);
  return key;
}

function held(name: string, content: string): Diagnostic {
  const { pid, user, command, document, since } = holderIn(content);
  return {
    code: 'lock-held',
    severity: 'error',
    message: `Another "runbook ${command}" works on ${name}: process ${pid} there, of ${user}, on ${document}, since ${since}.`,
    remedy: `Wait for it or stop it (kill ${pid} on that box), then run this command again; nothing was changed.`,
  };
}

function holderIn(content: string): Record<string, unknown> {
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return { pid: '?', user: '?', command: '?', document: '?', since: '?' };
  }
}

function cannotKeep(name: string, why: string): RunbookError {
  const full = /no space left|disk quota/i.test(why);
  const cannot: Diagnostic = {
    code: full ? 'box-full' : 'storage-unwritable',
    severity: 'error',
    message: `${name} cannot keep its state: ${why.trim()}.`,
    remedy: full
      ? 'Make room there and run the same command again: it goes on from there.'
      : 'Give that user write permission there, or name another folder with RUNBOOK_BOX_STATE on the box.',
  };
  return new RunbookError([cannot], EXIT.person);
}
