import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import { replaceFile } from '../base/disk/replace-file.ts';

/** The file next to the document that holds secrets encrypted with age. */
export const AGE_FILE = 'secrets.age.env';

/** A larger file is not one of ours. */
const MOST_BYTES = 4 * 1024 * 1024;

const HEAD = '# Secrets, encrypted with age (age-encryption.org). Change them with: runbook secret set NAME';
const RECIPIENT = '# recipient: ';

/** The content of the file: who can decrypt, and one encrypted value for each name, as base64 of an age file. */
export interface AgeFile {
  readonly recipients: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

/** Undefined: it does not exist. @throws the file system's error; an Error for a line that is neither comment nor value */
export async function readAgeFile(folder: string): Promise<AgeFile | undefined> {
  const path = join(folder, AGE_FILE);
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!status) return undefined;
  if (!status.isFile() || status.size > MOST_BYTES) throw new Error(`${AGE_FILE} is not a file of secrets`);
  return parseAgeFile(await readFile(path, 'utf8'));
}

/** @throws Error with the number of the line, never with its text */
export function parseAgeFile(text: string): AgeFile {
  const recipients: string[] = [];
  const values = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.startsWith(RECIPIENT)) recipients.push(line.slice(RECIPIENT.length).trim());
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=([A-Za-z0-9+/]+={0,2})\s*$/.exec(line);
    if (!match) throw new Error(`line ${at + 1} of ${AGE_FILE} must be NAME= and an encrypted value`);
    values.set(match[1]!, match[2]!);
  }
  return { recipients, values };
}

/** One line for each name, sorted, so that a diff shows which secret changed. */
export function ageFileText({ recipients, values }: AgeFile): string {
  const lines = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  return `${[HEAD, ...recipients.map((each) => `${RECIPIENT}${each}`), '', ...lines].join('\n')}\n`;
}

export async function writeAgeFile(folder: string, file: AgeFile): Promise<void> {
  await replaceFile(join(folder, AGE_FILE), ageFileText(file), { mode: 0o644 });
}

/** @throws the library's Error for a recipient that is not one */
export async function encryptValue(value: string, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(value)).toString('base64');
}

/** @throws an Error without any part of the value, if no identity fits or the value is damaged */
export async function decryptValue(value: string, identities: readonly string[]): Promise<string> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return await decrypter.decrypt(Buffer.from(value, 'base64'), 'text');
}

/** The text of an identity file that is itself encrypted with a passphrase. */
export async function decryptIdentities(content: Buffer, passphrase: string): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  const text = content.toString('latin1');
  const bytes = text.startsWith('-----BEGIN AGE') ? armor.decode(text) : content;
  return await decrypter.decrypt(bytes, 'text');
}
