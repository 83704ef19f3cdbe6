import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from './message.ts';

/** A message on its way to one target. */
export interface OutgoingMessage {
  readonly target: string;
  readonly message: Message;
  readonly tries: number;
}

/** Deliveries of one message at most, five seconds after the first failure and twice as long after each further one. */
export const MOST_TRIES = 8;
const FIRST_WAIT_MS = 5_000;

/** Messages that wait for one target at most; older ones are dropped. */
const MOST_WAITING = 100;

/** Where the messages of one target wait in the person's state folder. */
export const queueFolder = (stateFolder: string, target: string): string =>
  join(stateFolder, 'outbox', target);

/** Keeps the order of messages of the same millisecond. */
let counter = 0;

/** Puts a message into the outbox: one small write, whatever the receivers do. */
export function enqueue(stateFolder: string, outgoing: OutgoingMessage): void {
  const folder = queueFolder(stateFolder, outgoing.target);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const order = String(counter++).padStart(6, '0');
  const name = `${outgoing.message.at.replace(/[:.]/g, '-')}-${order}-${outgoing.message.id}.json`;
  store(join(folder, name), outgoing);
}

/** Never leaves half a message for the process that delivers. */
function store(path: string, outgoing: OutgoingMessage): void {
  const draft = `${path}.draft`;
  writeFileSync(draft, JSON.stringify(outgoing), { mode: 0o600 });
  renameSync(draft, path);
}

/** How delivering works and what it may do. */
export interface Delivery {
  readonly stateFolder: string;
  /** Only these targets. Default: all. */
  readonly targets?: readonly string[] | undefined;
  /** Undefined: delivered. Else why not. */
  readonly send: (target: string, message: Message) => Promise<string | undefined>;
  /** Takes the lock of a target and returns how to release it; undefined: another process delivers to it now. */
  readonly lock: (target: string) => (() => void) | undefined;
  /** Resolves after this time. */
  readonly wait: (ms: number) => Promise<void>;
  /** No retry starts after this many milliseconds of waiting; what is left stays in the outbox. */
  readonly patienceMs: number;
}

/** What became of the messages. */
export interface DeliveryResult {
  readonly delivered: number;
  readonly waiting: number;
  /** Messages that were given up, with the last reason. */
  readonly dropped: readonly string[];
}

/**
 * Delivers what waits, in order for each target, all targets at once. A receiver that hangs delays only its own, and two
 * processes never send the same message.
 */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const targets = delivery.targets ?? (await readdir(join(delivery.stateFolder, 'outbox')).catch(() => []));
  const results = await Promise.all(targets.map((target) => deliverTo(delivery, target)));
  return {
    delivered: results.reduce((sum, each) => sum + each.delivered, 0),
    waiting: results.reduce((sum, each) => sum + each.waiting, 0),
    dropped: results.flatMap((each) => each.dropped),
  };
}

type Progress = { -readonly [Name in keyof DeliveryResult]: DeliveryResult[Name] } & { dropped: string[] };

async function deliverTo(delivery: Delivery, target: string): Promise<DeliveryResult> {
  const progress: Progress = { delivered: 0, waiting: 0, dropped: [] };
  // A message that came just before the release is delivered here: its own process found the lock taken.
  while (progress.waiting === 0 && (await waitingIn(delivery, target)).length > 0) {
    const release = delivery.lock(target);
    if (!release) break;
    try {
      await deliverQueue(delivery, target, progress);
    } finally {
      release();
    }
  }
  return progress;
}

/** Until the queue is empty, or patience ends. */
async function deliverQueue(delivery: Delivery, target: string, progress: Progress): Promise<void> {
  let waited = 0;
  for (;;) {
    const waiting = await waitingIn(delivery, target);
    const late = waiting.splice(0, Math.max(0, waiting.length - MOST_WAITING));
    for (const path of late) await rm(path, { force: true });
    if (late.length > 0) progress.dropped.push(`${target}: ${late.length} older messages`);
    const [path] = waiting;
    if (path === undefined) return;
    const outgoing = await read(path);
    const failure = outgoing && (await delivery.send(target, outgoing.message));
    const tries = (outgoing?.tries ?? 0) + 1;
    if (!outgoing || failure === undefined || tries >= MOST_TRIES) {
      if (outgoing && failure === undefined) progress.delivered += 1;
      if (failure !== undefined) progress.dropped.push(`${target}: ${failure}`);
      await rm(path, { force: true });
      continue;
    }
    store(path, { ...outgoing, tries });
    const pause = FIRST_WAIT_MS * 2 ** (tries - 1);
    progress.waiting = waited + pause > delivery.patienceMs ? waiting.length : 0;
    if (progress.waiting > 0) return;
    waited += pause;
    await delivery.wait(pause);
  }
}

/** Paths of the messages, oldest first. */
async function waitingIn({ stateFolder }: Delivery, target: string): Promise<string[]> {
  const folder = queueFolder(stateFolder, target);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

async function read(path: string): Promise<OutgoingMessage | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as OutgoingMessage;
  } catch {
    return undefined;
  }
}
