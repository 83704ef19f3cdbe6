import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { acquireLock } from '../../journal/lock/lock.ts';
import type { Message, NotifiedEvent } from '../../notify/message.ts';
import { type Delivery, type DeliveryResult, deliver, enqueue, queueFolder } from '../../notify/outbox.ts';
import { send } from '../../notify/send.ts';
import type { NotifyConfiguration } from '../../notify/target.ts';
import { startDetached } from '../../program/start-detached.ts';
import type { World } from '../../world.ts';
import { configurationOrNone, notifyConfiguration } from './configuration.ts';

/** A message without what is added here. */
export type News = Omit<Message, 'id' | 'at' | 'box' | 'page'> & { readonly box?: string };

/**
 * Sends news to targets by name; those that do not exist are skipped. Only writes to the outbox. Returns the names that were
 * found. Never throws: a message is never worth a failed pass.
 */
export function notifyTargets(world: World, names: readonly string[], news: News): string[] {
  const configuration = configurationOrNone(world);
  if (!configuration) return [];
  const known = names.filter((name) => Object.hasOwn(configuration.targets, name));
  const { page } = configuration;
  const at = new Date(world.now()).toISOString();
  const message: Message = { box: hostname(), ...news, id: randomUUID(), at, ...(page ? { page } : {}) };
  return known.filter((target) => {
    if (configuration.targets[target]!.type === 'heartbeat') return false;
    try {
      enqueue(world.folders.person, { target, message, tries: 0 });
      return true;
    } catch {
      return false;
    }
  });
}

/** Notifies the targets of an event, and starts processes that deliver. Never throws and never waits. */
export function notifyEvent(world: World, event: NotifiedEvent, news: Omit<News, 'event'>): void {
  const names = configurationOrNone(world)?.events[event] ?? [];
  for (const target of notifyTargets(world, names, { ...news, event })) deliverDetached(world, target);
}

/** Targets that a process of this one delivers to, and whether a message came since it started. */
const delivering = new Map<string, boolean>();

/** Another process delivers, so that this one ends when its pass ends. One process a target: a hanging one delays no other. */
function deliverDetached(world: World, target: string): void {
  if (delivering.has(target)) {
    delivering.set(target, true);
    return;
  }
  delivering.set(target, false);
  const child = startDetached(['notify', 'deliver', target], { env: world.env });
  child.on('error', () => delivering.delete(target));
  child.on('exit', () => {
    const isWaiting = delivering.get(target);
    delivering.delete(target);
    if (isWaiting) deliverDetached(world, target);
  });
}

/** Delivers here: for a schedule, whose processes end with it. */
export async function deliverHere(
  world: World,
  { patienceMs, targets }: Pick<Delivery, 'patienceMs' | 'targets'>,
): Promise<DeliveryResult> {
  const configuration = notifyConfiguration(world);
  const stateFolder = world.folders.person;
  return await deliver({
    stateFolder,
    patienceMs,
    targets,
    send: (name, message) => sendTo(configuration, name, message),
    lock: (target) => lockTarget(world, queueFolder(stateFolder, target)),
    wait: (ms) => setTimeout(ms),
  });
}

function lockTarget({ now }: World, stateFolder: string): (() => void) | undefined {
  const lock = acquireLock({ stateFolder, command: 'notify deliver', document: 'the outbox', now });
  return lock.kind === 'held' ? undefined : lock.release;
}

/** A message to a target that was removed counts as delivered. */
async function sendTo(
  configuration: NotifyConfiguration | undefined,
  name: string,
  message: Message,
): Promise<string | undefined> {
  const target = configuration?.targets[name];
  return target && (await send(target, message));
}

/** Calls the heartbeats among these targets, once: a missed one is what their receiver is for. */
export async function beat(world: World, names: readonly string[], news: News): Promise<void> {
  const targets = configurationOrNone(world)?.targets ?? {};
  const message: Message = {
    box: hostname(),
    ...news,
    id: randomUUID(),
    at: new Date(world.now()).toISOString(),
  };
  const hearts = names.flatMap((name) => (targets[name]?.type === 'heartbeat' ? [targets[name]] : []));
  await Promise.all(hearts.map((target) => send(target, message)));
}
