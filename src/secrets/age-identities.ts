import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { identityToRecipient } from 'age-encryption';
import type { Person } from '../world.ts';
import { decryptIdentities } from './age-file.ts';

/** The variable that holds an identity, or several lines of them, for CI. */
export const AGE_KEY_VARIABLE = 'RUNBOOK_AGE_KEY';

/** Where identities come from. */
export interface IdentitySources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked for the passphrase of an encrypted identity file. */
  readonly person?: Person | undefined;
}

/** The folder of the person's identities, as age's documentation names it. */
export function identityFolder(env: IdentitySources['env']): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'age');
}

/**
 * The person's identities: the variable, else all files in the person's folder. A file that is encrypted with a
 * passphrase is opened only if a person can be asked.
 */
export async function readIdentities({ env, person }: IdentitySources): Promise<string[]> {
  const given = identitiesIn(env[AGE_KEY_VARIABLE] ?? '');
  if (given.length > 0) return given;
  const folder = identityFolder(env);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // A pipe would never end.
  const names = entries.flatMap((each) => (each.isFile() || each.isSymbolicLink() ? [each.name] : [])).sort();
  const found: string[] = [];
  for (const name of names) {
    const content = await readFile(join(folder, name)).catch(() => undefined);
    if (!content) continue;
    const start = content.subarray(0, 40).toString('latin1');
    const isEncrypted = start.startsWith('age-encryption.org/v1') || start.startsWith('-----BEGIN AGE');
    if (!isEncrypted) found.push(...identitiesIn(content.toString('utf8')));
    else if (person) {
      const passphrase = await person.ask(`Passphrase for ${join(folder, name)}:`, { secret: true });
      found.push(...identitiesIn(await decryptIdentities(content, passphrase).catch(() => '')));
    }
  }
  return found;
}

/** The public side of identities. */
export function recipientsOf(identities: readonly string[]): Promise<string[]> {
  return Promise.all(identities.map((identity) => identityToRecipient(identity)));
}

function identitiesIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word.startsWith('AGE-SECRET-KEY-'));
}
