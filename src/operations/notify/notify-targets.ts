import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Message, NotifiedEvent } from '../../notify/message.ts';
import { type Delivery, type DeliveryResult, deliver, enqueue } from '../../notify/outbox.ts';
import { send } from '../../notify/send.ts';
import type { NotifyConfiguration } from '../../notify/target.ts';
import type { World } from '../../world.ts';
import { notifyConfiguration } from './configuration.ts';

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

/** Notifies the targets of an event, and starts a process that delivers. Never throws and never waits. */
export function notifyEvent(world: World, event: NotifiedEvent, news: Omit<News, 'event'>): void {
  const names = configurationOrNone(world)?.events[event] ?? [];
  if (notifyTargets(world, names, { ...news, event }).length > 0) deliverDetached(world);
}

let isDelivering = false;

/** Another process delivers, so that this one ends when its pass ends. One is enough for all messages of a process. */
function deliverDetached({ env }: World): void {
  if (isDelivering) return;
  isDelivering = true;
  const child = spawn(process.execPath, [process.argv[1]!, 'notify', 'deliver'], {
    env,
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => {});
  child.unref();
}

/** Delivers here: for a schedule, whose processes end with it. */
export async function deliverHere(world: World, patienceMs: number): Promise<DeliveryResult> {
  const configuration = notifyConfiguration(world);
  const delivery: Delivery = {
    stateFolder: world.folders.person,
    patienceMs,
    send: (name, message) => sendTo(configuration, name, message),
    wait: (ms) => setTimeout(ms),
  };
  return await deliver(delivery);
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

function configurationOrNone(world: World): NotifyConfiguration | undefined {
  try {
    return notifyConfiguration(world);
  } catch {
    return undefined;
  }
}
