import { join } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { refuseBadName } from '../../boxes/box-name.ts';
import { findEngine } from '../../boxes/engine.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { findImage } from '../../boxes/image.ts';
import type { Purpose } from '../../boxes/labels.ts';
import { launchBox, type WantedPort } from '../../boxes/launch-box.ts';
import { thisProcess } from '../../journal/lock/process-identity.ts';
import { EXIT, usageError } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/reports/report.ts';
import { defineTool } from '../agent/tool.ts';
import { withoutOutput } from '../agent/workspace.ts';
import { defineOperation, type OperationContext } from '../operation.ts';
import { boxReports } from './box-report.ts';
import { ACTS, boxRow } from './box-tools.ts';

/** Default image. */
export const DEFAULT_IMAGE = 'debian:bookworm';

const input = z.object({
  name: z
    .string()
    .describe('name of the box: lower-case letters, digits, hyphens')
    .meta({ positional: true, placeholder: 'NAME' }),
  image: z.string().default(DEFAULT_IMAGE).describe('image of the engine or of a registry'),
  port: z
    .array(z.string())
    .default([])
    .describe('a port to reach from this machine: 80 (at any free port), or 8080:80')
    .meta({ placeholder: '[HOST:]PORT' }),
  expires: z
    .string()
    .optional()
    .describe('time after which prune removes it, such as 2h')
    .meta({ placeholder: 'TIME' }),
});

/** A throw-away box: drafts may run there without risk to this machine. */
export const boxLaunch = defineOperation({
  description:
    'Starts a container with podman, or else docker, that stays until it is destroyed or pruned. If a Debian image is neither\n' +
    "local nor in a registry, it is built from Debian's packages (needs root and debootstrap).",
  examples: [
    'runbook box launch web',
    'runbook box launch web --image debian:bookworm --port 8080:80 --port 443 --expires 2h',
  ],
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
  /** Milliseconds until it may be pruned; absent if it stays. */
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
  throw usageError(
    'bad-port',
    `${JSON.stringify(text.slice(0, 40))} is not a valid port.`,
    'Write 80, or 8080:80 for port 8080 of this machine.',
  );
}

/** Milliseconds. @throws RunbookError 64 */
export function readTime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw usageError(
    'bad-duration',
    `${JSON.stringify(text.slice(0, 40))} is not a valid duration.`,
    'Write 90s, 30m or 2h, at most 24h.',
  );
}

/** Milliseconds that a launch is waited for. An image that has to be made first takes about a minute. */
const LAUNCH_WAIT_MS = 50_000;

export const envLaunch = defineTool({
  dotted: 'env.launch',
  title: 'Launch a box',
  description:
    'Starts a clean throw-away box in a container (env.launch), where a replay or a proof can be tried and nothing of this machine is at stake. An image that has to be made first takes a minute: then status is launching, and env_status shows when it runs. Say expires, so that a forgotten box goes.',
  hints: { ...ACTS, idempotent: false, openWorld: true },
  input: z.object({
    name: z.string().max(60).describe('lower-case letters, digits, hyphens'),
    image: z.string().max(300).default(DEFAULT_IMAGE),
    ports: z
      .array(z.string().max(20))
      .max(20)
      .default([])
      .describe('80, or 8080:80 for port 8080 of this machine'),
    expires: z.string().max(20).default('4h').describe('such as 2h; prune removes it then'),
  }),
  output: z.object({
    status: z.enum(['launched', 'launching']),
    box: boxRow.optional(),
    notes: z.array(z.string()),
    next: z.string(),
  }),
  run: async (context, { name, image, ports, expires }) => {
    const flags = boxLaunch.input.parse({ name, image, port: ports, expires });
    const job = context.jobs.start(`launch-${name}`, (signal) =>
      boxLaunch.run({ ...withoutOutput(context), signal }, flags),
    );
    const launched = await job.within(LAUNCH_WAIT_MS);
    if (!launched.ended) {
      return {
        status: 'launching' as const,
        notes: [],
        next: `env_status {"box":"${name}"} shows when it runs.`,
      };
    }
    const { box, notes } = launched.result;
    const next = `A person replays onto it with: runbook replay --on ${name}. env_destroy takes it away.`;
    return { status: 'launched' as const, box: { ...box }, notes: [...notes], next };
  },
});
