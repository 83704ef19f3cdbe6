import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { BoxCounter, BoxLock, BoxLockRequest, BoxState } from '../../model/box-state.ts';
import { type Diagnostic, EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { RemoteSession } from './session.ts';

/**
 * How often, in milliseconds, a box's counters are synced to its disk, besides at the end. Syncing each write would
 * cost more than the step.
 */
const DISK_EVERY_MS = 1_000;

const DIGITS = 16;

/** The state of another box, kept by the watchdog of the first session, in the same files as on this machine. */
export function remoteBoxState(session: RemoteSession, name: string): BoxState {
  return {
    counter: async (key) => numberIn(await session.ask('r', validKey(key))),
    openCounter: async (key) => openCounter(session, name, validKey(key)),
    lock: (request) => takeLock(session, name, request),
  };
}

async function openCounter(session: RemoteSession, name: string, key: string): Promise<BoxCounter> {
  const answer = await session.ask('o', key);
  if (!answer.startsWith('ok')) throw notWritable(name, answer);
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
        throw notWritable(name, 'a write failed on the box');
    },
    close: () => {
      // Counter values already sent are written by the box. This starts a final disk sync without waiting for it.
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
  if (!answer.startsWith('ok')) throw notWritable(name, answer.replace(/^failed /, ''));
  let mine = true;
  return {
    kind: 'acquired',
    release: () => {
      if (mine && session.lost() === undefined) session.notify('u');
      mine = false;
    },
  };
}

/** `ok NUMBER`, or `ok` alone if no number is stored. */
function numberIn(answer: string): number {
  const text = answer.replace(/^ok ?/, '').trim();
  return /^\d{16}$/.test(text) ? Number(text) : 0;
}

function validKey(key: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(key)) throw new Error(`${key} is not a journal key`);
  return key;
}

function held(name: string, content: string): Diagnostic {
  const { pid, user, command, document, since } = holderIn(content);
  return {
    code: 'lock-held',
    severity: 'error',
    message: `Only one command may work on ${name} at a time. "runbook ${command}" on ${document} holds its lock since ${since}: process ${pid} on that box, started by ${user}.`,
    remedy: `Wait for that process or stop it ("kill ${pid}" on that box), then run this command again.`,
  };
}

function holderIn(content: string): Record<string, unknown> {
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return { pid: '?', user: '?', command: '?', document: '?', since: '?' };
  }
}

function notWritable(name: string, why: string): RunbookError {
  const full = /no space left|disk quota/i.test(why);
  return runbookError(
    {
      code: full ? 'box-full' : 'storage-unwritable',
      message: `The state of ${name} could not be written: ${why.trim()}.`,
      remedy: full
        ? 'Free disk space on that box, then run the same command again. It continues where it stopped.'
        : 'Give the login user write permission to that folder, or set RUNBOOK_BOX_STATE on the box to another folder.',
    },
    EXIT.person,
  );
}
