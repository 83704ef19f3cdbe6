import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Where messages wait in the person's state folder. */
export const outboxFolder = (stateFolder: string): string => join(stateFolder, 'outbox');

/** Puts a message into the outbox: one small write, whatever the receivers do. */
export function enqueue(stateFolder: string, outgoing: OutgoingMessage): void {
  const folder = outboxFolder(stateFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${outgoing.message.at.replace(/[:.]/g, '-')}-${outgoing.message.id}-${outgoing.target}.json`;
  writeFileSync(join(folder, name), JSON.stringify(outgoing), { mode: 0o600 });
}

/** How delivering works and what it may do. */
export interface Delivery {
  readonly stateFolder: string;
  /** Undefined: delivered. Else why not. */
  readonly send: (target: string, message: Message) => Promise<string | undefined>;
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

/** Delivers what waits, in order for each target, all targets at once. A receiver that hangs delays only its own. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const folder = outboxFolder(delivery.stateFolder);
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const queues = new Map<string, string[]>();
  for (const file of files) {
    const outgoing = await read(join(folder, file));
    if (outgoing) queues.set(outgoing.target, [...(queues.get(outgoing.target) ?? []), join(folder, file)]);
    else await rm(join(folder, file), { force: true });
  }
  const results = await Promise.all([...queues.values()].map((paths) => deliverQueue(delivery, paths)));
  return {
    delivered: results.reduce((sum, each) => sum + each.delivered, 0),
    waiting: results.reduce((sum, each) => sum + each.waiting, 0),
    dropped: results.flatMap((each) => each.dropped),
  };
}

async function deliverQueue(delivery: Delivery, paths: readonly string[]): Promise<DeliveryResult> {
  const dropped: string[] = [];
  const late = paths.slice(0, Math.max(0, paths.length - MOST_WAITING));
  for (const path of late) await rm(path, { force: true });
  if (late.length > 0) dropped.push(`${late.length} older messages`);
  let [delivered, waited] = [0, 0];
  const queue = paths.slice(late.length);
  while (queue.length > 0) {
    const path = queue[0]!;
    const outgoing = await read(path);
    const failure = outgoing && (await delivery.send(outgoing.target, outgoing.message));
    if (!outgoing || failure === undefined) {
      if (outgoing) delivered += 1;
      await rm(path, { force: true });
      queue.shift();
      continue;
    }
    const tries = outgoing.tries + 1;
    if (tries >= MOST_TRIES) {
      dropped.push(`${outgoing.target}: ${failure}`);
      await rm(path, { force: true });
      queue.shift();
      continue;
    }
    await writeFile(path, JSON.stringify({ ...outgoing, tries }), { mode: 0o600 });
    const pause = FIRST_WAIT_MS * 2 ** (tries - 1);
    if (waited + pause > delivery.patienceMs) break;
    waited += pause;
    await delivery.wait(pause);
  }
  return { delivered, waiting: queue.length, dropped };
}

async function read(path: string): Promise<OutgoingMessage | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as OutgoingMessage;
  } catch {
    return undefined;
  }
}
