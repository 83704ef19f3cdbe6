import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { z } from 'zod';
import { type LaunchedBox, requireBox } from '../../boxes/find-box.ts';
import { requireRunning } from '../../boxes/inside.ts';
import { putSecretFile, syncedFolder, syncFolder } from '../../boxes/sync-folder.ts';
import { EXIT, usageError } from '../../model/diagnostic.ts';
import type { SyncReport } from '../../model/reports/report.ts';
import { readEnvFile } from '../../secrets/env-file.ts';
import type { World } from '../../world.ts';
import { operationTool } from '../agent/operation-tool.ts';
import type { AgentContext } from '../agent/tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxName, ENDS } from './box-tools.ts';
import { requireGrants } from './require-grants.ts';

const input = z.object({
  ...boxArgument,
  folder: z
    .string()
    .default('.')
    .describe('folder to copy to the box')
    .meta({ positional: true, placeholder: 'FOLDER' }),
  to: z
    .string()
    .optional()
    .describe('target folder in the box; default: /srv/ and the name of the folder')
    .meta({ placeholder: 'PATH' }),
  envFile: z
    .string()
    .optional()
    .describe('also copy this file of secrets, as .env; each secret needs a grant for the box')
    .meta({ placeholder: 'FILE' }),
});

/** Copies the files of a folder to a box. */
export const boxSync = defineOperation({
  description:
    'Sends files that git does not ignore and that changed since the last sync, and deletes files in the box that you deleted.\n' +
    'Files like .env are skipped: --env-file copies one through a pipe, once each name in it is granted to the box.',
  examples: ['runbook box sync web', 'runbook box sync web ./site --to /srv/site --env-file .env'],
  input,
  run: ({ world }, flags) => runSync(world, flags),
  exit: () => EXIT.done,
});

/** @throws RunbookError 3 for a secret without a grant; nothing was sent then */
export async function runSync(
  world: World,
  { box: name, folder, to, envFile }: z.infer<typeof input>,
): Promise<SyncReport> {
  const from = resolve(world.cwd, folder);
  const status = await stat(from).catch(() => undefined);
  if (!status?.isDirectory())
    throw usageError('no-such-folder', `${folder} must be a folder.`, 'Use the path of the folder to copy.');
  const box = await requireBox(name);
  requireRunning(box);
  const place = to ?? syncedFolder(from);
  const secrets =
    envFile === undefined ? undefined : await readSecrets(world, box, resolve(world.cwd, envFile));
  const synced = await syncFolder(box, from, place);
  if (!secrets) return { box: name, ...synced };
  const path = `${place}/.env`;
  await putSecretFile(box, path, secrets.content);
  return { box: name, ...synced, secrets: { path, names: secrets.names } };
}

async function readSecrets(
  world: World,
  box: LaunchedBox,
  path: string,
): Promise<{ content: string; names: string[] }> {
  const { values } = await readEnvFile(path).catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      'unreadable-file',
      `${basename(path)} cannot be read (${error.code}).`,
      'Check the path and its permissions.',
    );
  });
  const names = Object.keys(values);
  await requireGrants(world, box, names);
  return { content: await readFile(path, 'utf8'), names };
}

export const envSync = operationTool(boxSync, {
  dotted: 'env.sync',
  title: 'Bring the project into a box',
  description:
    'Sends what git would not ignore and has changed since the last time, and removes there what is gone here (env.sync). Files of the kind of .env stay here: a person brings those, with runbook box sync --env-file.',
  hints: ENDS,
  input: z.object({
    box: boxName,
    folder: z.string().max(1_000).default('.').describe('of the project'),
    to: z
      .string()
      .max(1_000)
      .startsWith('/')
      .optional()
      .describe('where it is in the box; below /srv if left out'),
  }),
  output: z.object({
    to: z.string(),
    sent: z.number(),
    bytes: z.number(),
    unchanged: z.number(),
    removed: z.number(),
    withheld: z.array(z.string()),
  }),
  flags: async (input, context) => {
    await refuseOutside(context, input.folder);
    return input;
  },
  answer: ({ to, sent, bytes, unchanged, removed, withheld }) => ({
    ...{ to, sent, bytes, unchanged, removed },
    withheld: [...withheld],
  }),
});

async function refuseOutside({ world }: AgentContext, folder: string): Promise<void> {
  const named = resolve(world.cwd, folder);
  // A link of the project may lead out of it. A folder that does not exist is reported by the verb.
  const path = relative(await realpath(world.cwd), await realpath(named).catch(() => named));
  if (path !== '..' && !path.startsWith('../')) return;
  throw usageError(
    'outside-of-project',
    `${folder} is not in the project.`,
    'A person can bring it: runbook box sync BOX FOLDER.',
  );
}
