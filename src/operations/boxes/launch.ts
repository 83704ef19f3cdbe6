import { join } from 'node:path';
import { z } from 'zod';
import { refuseBadName } from '../../boxes/box-name.ts';
import { findEngine } from '../../boxes/engine.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { findImage } from '../../boxes/image.ts';
import type { Purpose } from '../../boxes/labels.ts';
import { launchBox, type WantedPort } from '../../boxes/launch-box.ts';
import { thisProcess } from '../../journal/lock/process-identity.ts';
import { parseDuration } from '../../markdown/checks/duration.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/report.ts';
import { wrong } from '../agent/attempt/body.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { boxReports } from './box-report.ts';

/** The image where none is named. */
export const USUAL_IMAGE = 'debian:bookworm';

const input = z.object({
  name: z
    .string()
    .describe('what the box is called: lower-case letters, digits, hyphens')
    .meta({ positional: true, placeholder: 'NAME' }),
  image: z
    .string()
    .default(USUAL_IMAGE)
    .describe('what it is made of: an image of the engine, or of a registry'),
  port: z
    .array(z.string())
    .default([])
    .describe('a port to reach from this machine: 80 (at any free port), or 8080:80')
    .meta({ placeholder: '[HOST:]PORT' }),
  expires: z
    .string()
    .optional()
    .describe('how long it is wanted, such as 2h; then prune removes it')
    .meta({ placeholder: 'TIME' }),
});

/** A throw-away box: where drafts may run, and nothing of this machine is at stake. */
export const launch = defineOperation({
  name: 'box launch',
  summary: 'start a clean throw-away box in a container',
  description:
    'Starts a container with podman, else docker, that stays until it is destroyed or pruned. An image that is neither here\n' +
    "nor in a registry is made of Debian's packages where its name is one of Debian's (needs root and debootstrap).",
  examples: [
    'runbook box launch web',
    'runbook box launch web --image debian:bookworm --port 8080:80 --port 443 --expires 2h',
  ],
  effect: 'act',
  input,
  run: async (context, { name, image, port, expires }): Promise<OneBoxReport> => {
    const wanted = {
      name,
      image,
      ports: port.map(readPort),
      ...(expires ? { forMs: readTime(expires) } : {}),
    };
    const { box, notes } = await launchFor(context, { ...wanted, purpose: 'sandbox' });
    const [report] = await boxReports([box], context.world);
    return { did: 'launched', box: report!, notes };
  },
  exit: () => EXIT.done,
});

export interface Wanted {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly WantedPort[];
  /** Milliseconds until it may be pruned; absent: it stays. */
  readonly forMs?: number;
  readonly purpose: Purpose;
  /** See boxes/launch-box: workspaces on a disk that may be filled. */
  readonly workspaceBytes?: number;
}

/** Launches a box for a verb or a tool. */
export async function launchFor(
  { world, signal, emit }: OperationContext,
  { name, image, ports, forMs, purpose, workspaceBytes }: Wanted,
): Promise<{ readonly box: LaunchedBox; readonly notes: readonly string[] }> {
  refuseBadName(name);
  const notes: string[] = [];
  const note = (line: string) => {
    notes.push(line);
    emit({
      type: 'diagnostic',
      diagnostic: { code: 'box-image', severity: 'info', message: line, remedy: '' },
    });
  };
  const engine = await findEngine();
  const found = await findImage(engine, image, { note, signal });
  const now = world.now();
  const made = new Date(now).toISOString();
  const box = await launchBox(engine, {
    ...{ name, purpose, ports, made, signal },
    image: found,
    by: JSON.stringify(thisProcess()),
    cache: join(world.folders.person, 'boxes', 'host.json'),
    ...(workspaceBytes === undefined ? {} : { workspaceBytes }),
    ...(forMs === undefined ? {} : { expires: new Date(now + forMs).toISOString() }),
  });
  return { box, notes };
}

/** @throws RunbookError 64 */
export function readPort(text: string): WantedPort {
  const [, host, inside] = /^(?:(\d{1,5}):)?(\d{1,5})$/.exec(text) ?? [];
  const port = (word: string | undefined) => (word === undefined ? 1 : Number(word));
  if (inside !== undefined && [port(host), port(inside)].every((each) => each >= 1 && each <= 65_535)) {
    return { inside: Number(inside), ...(host === undefined ? {} : { host: Number(host) }) };
  }
  throw wrong(
    'bad-port',
    `${JSON.stringify(text.slice(0, 40))} is no port.`,
    'Write 80, or 8080:80 for port 8080 of this machine.',
  );
}

/** Milliseconds. @throws RunbookError 64 */
export function readTime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw wrong(
    'bad-duration',
    `${JSON.stringify(text.slice(0, 40))} is no duration.`,
    'Write 90s, 30m or 2h; 24h is the longest.',
  );
}
