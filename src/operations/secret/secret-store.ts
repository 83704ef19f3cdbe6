import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateIdentity } from 'age-encryption';
import { nearest } from '../../base/nearest.ts';
import { EXIT, type ExitCode, RunbookError } from '../../model/diagnostic.ts';
import {
  AGE_FILE,
  type AgeFile,
  decryptValue,
  encryptValue,
  readAgeFile,
  writeAgeFile,
} from '../../secrets/age-file.ts';
import {
  AGE_KEY_VARIABLE,
  identityFolder,
  readIdentities,
  recipientsOf,
} from '../../secrets/age-identities.ts';
import type { World } from '../../world.ts';
import { readDocument } from '../document/document.ts';
import type { OpenedDocument } from '../document/opened-document.ts';

/** A document's encrypted secrets, and who can read them here. */
export interface SecretStore {
  readonly document: OpenedDocument;
  readonly file: AgeFile;
}

/** @throws RunbookError 65 if the file cannot be understood */
export async function openStore(world: World, name: string): Promise<SecretStore> {
  const document = await readDocument(world.cwd, name);
  const file = await readAgeFile(document.folder).catch((error: Error) => {
    throw refused(
      'bad-secrets',
      `${AGE_FILE} must be a valid file of encrypted secrets: ${error.message}.`,
      'Restore it from git.',
      EXIT.document,
    );
  });
  return { document, file: file ?? { recipients: [], values: new Map() } };
}

/** Encrypts values for the recipients, and stores them; undefined removes a name. */
export async function storeValues(
  { document, file }: SecretStore,
  changes: Readonly<Record<string, string | undefined>>,
  recipients: readonly string[],
): Promise<void> {
  const values = new Map(file.values);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) values.delete(name);
    else values.set(name, await encryptFor(value, recipients));
  }
  await writeAgeFile(document.folder, { recipients, values });
}

async function encryptFor(value: string, recipients: readonly string[]): Promise<string> {
  return await encryptValue(value, recipients).catch(() => {
    throw refused(
      'bad-recipient',
      'A recipient must be the public key of an age identity.',
      'Write the key that begins with age1, which `age-keygen -y` prints.',
      EXIT.usage,
    );
  });
}

/** The file's recipients, else the person's own; the first use creates an identity. Returns where it was created. */
export async function recipientsFor(
  world: World,
  { file }: SecretStore,
): Promise<{ readonly recipients: readonly string[]; readonly created?: string }> {
  if (file.recipients.length > 0) return { recipients: file.recipients };
  const known = await readIdentities({ env: world.env, person: world.person });
  if (known.length > 0) return { recipients: await recipientsOf(known) };
  const identity = await generateIdentity();
  const folder = identityFolder(world.env);
  const created = join(folder, 'keys.txt');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(created, `${identity}\n`, { mode: 0o600, flag: 'wx' }).catch(() => {
    throw refused(
      'no-identity',
      `${created} must hold an identity of age that can be read here, and does not.`,
      `If it has a passphrase, run the same command in a terminal. Or put an identity into ${AGE_KEY_VARIABLE}.`,
      EXIT.person,
    );
  });
  return { recipients: await recipientsOf([identity]), created };
}

/**
 * Decrypts values by name; a passphrase is asked for once.
 * @throws RunbookError 64 for a name that is not stored, 3 if no identity fits
 */
export async function openValues(
  world: World,
  { file }: SecretStore,
  names: readonly string[],
): Promise<Record<string, string>> {
  const encrypted = names.map((name) => [name, requireStored(file, name)] as const);
  const identities = await readIdentities({ env: world.env, person: world.person });
  const values: Record<string, string> = {};
  for (const [name, value] of encrypted)
    values[name] = await decryptValue(value, identities).catch(() => {
      const message = `None of your age identities decrypts ${name} of ${AGE_FILE}.`;
      const remedy = `Put the identity into ${identityFolder(world.env)}/keys.txt or ${AGE_KEY_VARIABLE}, or ask a recipient to add yours: runbook secret recipients --add age1…`;
      throw refused('no-identity', message, remedy, EXIT.person);
    });
  return values;
}

/** @throws RunbookError 64 */
export function requireStored({ values }: AgeFile, name: string): string {
  const value = values.get(name);
  if (value !== undefined) return value;
  const near = nearest(name, values.keys());
  const remedy = near ? `Did you mean ${near}?` : 'List the names: runbook secret list.';
  throw refused('unknown-secret', `${AGE_FILE} does not hold ${name}.`, remedy, EXIT.usage);
}

/** The new value: from a file or pipe, else from the person. Its last line end is not part of it. */
export async function askValue(world: World, name: string, from: string | undefined): Promise<string> {
  const text =
    from === undefined
      ? await world.person?.ask(`Value of ${name}:`, { secret: true })
      : await readFile(resolve(world.cwd, from), 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw refused(
            'unreadable-file',
            `${from} cannot be read (${error.code}).`,
            'Check the path.',
            EXIT.usage,
          );
        });
  const value = text?.replace(/\r?\n$/, '');
  if (value) return value;
  const message = `${name} needs a value from a terminal or --from, and got none.`;
  throw refused('no-value', message, `Write: runbook secret set ${name} --from /dev/stdin`, EXIT.person);
}

/** Steps that name a secret: they run again in the next pass, because their inputs changed. */
export function stepsUsing({ runbook }: OpenedDocument, name: string): string[] {
  const uses = new RegExp(`\\b${name}\\b`);
  return runbook.steps
    .filter(({ actions, verify }) => [...actions, ...verify].some((each) => uses.test(each.text)))
    .map(({ id }) => id);
}

export function refused(code: string, message: string, remedy: string, exit: ExitCode): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], exit);
}
