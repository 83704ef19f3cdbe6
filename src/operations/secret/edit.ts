import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { SecretReport } from '../../model/reports/secret-report.ts';
import { readEnvFile } from '../../secrets/env-file.ts';
import type { World } from '../../world.ts';
import { defineOperation } from '../operation.ts';
import { fileOption } from '../session/session-flags.ts';
import { openStore, openValues, recipientsFor, refused, stepsUsing, storeValues } from './secret-store.ts';

/** All values in the person's editor. Only those that changed are encrypted again. */
export const editSecrets = defineOperation({
  description:
    'Opens NAME=value lines in $VISUAL or $EDITOR, in a file in memory that only you can read and that is removed afterwards.\n' +
    'A removed line removes its secret. Only changed values are encrypted again, so a diff shows which. Needs a terminal.',
  examples: ['runbook secret edit', 'EDITOR="nano" runbook secret edit'],
  input: z.object(fileOption),
  run: async ({ world }, { file }): Promise<SecretReport> => {
    if (!world.person) {
      const message = 'Secrets are edited at a terminal only, and none is attached.';
      throw refused('no-terminal', message, 'Run the same command in a terminal.', EXIT.person);
    }
    const store = await openStore(world, file);
    const before = await openValues(world, store, [...store.file.values.keys()]);
    const after = await edited(world, before);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    const changed = names.filter((name) => before[name] !== after[name]);
    const { recipients, created } = await recipientsFor(world, store);
    const changes = Object.fromEntries(changed.map((name) => [name, after[name]]));
    if (changed.length > 0) await storeValues(store, changes, recipients);
    const steps = [...new Set(changed.flatMap((name) => stepsUsing(store.document, name)))];
    return { file, did: 'edited', names: changed, recipients, steps, ...(created ? { created } : {}) };
  },
  exit: () => EXIT.done,
});

async function edited(
  world: World,
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(await memoryFolder(world), 'runbook-secrets-'));
  const path = join(folder, 'secrets.env');
  try {
    await chmod(folder, 0o700);
    await writeFile(path, Object.entries(values).map(line).join(''), { mode: 0o600 });
    await world.person!.withTerminal(() => openEditor(world, path));
    return { ...(await readEnvFile(path)).values };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file system in memory, so that no value reaches a disk. */
async function memoryFolder({ env }: World): Promise<string> {
  for (const folder of [env.XDG_RUNTIME_DIR, '/dev/shm'])
    if (folder && (await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
  const message = 'A folder in memory must exist, $XDG_RUNTIME_DIR or /dev/shm, and none does.';
  throw refused('no-memory-folder', message, 'Use: runbook secret set NAME.', EXIT.person);
}

/** In quotes that the value does not contain, because dotenv cannot escape them. */
function line([name, value]: [string, string]): string {
  const quote = /\\[nr]|[\n\r]/.test(value) ? ["'", '`'] : ["'", '"', '`'];
  const around = quote.find((each) => !value.includes(each));
  if (around !== undefined) return `${name}=${around}${value}${around}\n`;
  const message = `The value of ${name} has all kinds of quotes, so it cannot be one line in an editor.`;
  throw refused('not-editable', message, `Change it with: runbook secret set ${name}.`, EXIT.usage);
}

async function openEditor({ env }: World, path: string): Promise<void> {
  const editor = env.VISUAL || env.EDITOR || 'vi';
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { env, stdio: 'inherit' });
    child.on('error', () => resolve(127));
    child.on('exit', resolve);
  });
  if (code === 0) return;
  const message = `The editor must end with exit code 0, and ended with ${code}. Nothing was changed.`;
  throw refused(
    'editor-failed',
    message,
    'Set EDITOR to an editor that waits until you close the file.',
    EXIT.person,
  );
}
