import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isOwn } from '../../journal/decisions/trusted-file.ts';
import { makeFolders } from '../../journal/make-folders.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';

/**
 * The secret in a file that only its owner can read; created on first use, 32 random bytes in hexadecimal.
 *
 * @throws RunbookError 3 if others can read it, because then it is not secret
 */
export async function secretInFile(path: string): Promise<string> {
  return (await secretIfKept(path)) ?? (await made(path));
}

/** The same, where it was made before; undefined: it was not. */
export async function secretIfKept(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const status = await handle.stat();
    if (status.mode & 0o077 || !isOwn(status)) throw exposed(path);
    const text = (await handle.readFile('utf8')).trim();
    if (text.length < 32) throw exposed(path);
    return text;
  } finally {
    await handle.close();
  }
}

/** Written aside and linked into place: of two servers that start at once the first wins, and both have the same. */
async function made(path: string): Promise<string> {
  makeFolders(dirname(path));
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await handle.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}

function exposed(path: string): RunbookError {
  return runbookError(
    {
      code: 'exposed-secret',
      message: `${path} must be your own file, readable only by you, and contain a secret.`,
      remedy: 'Remove it. The next start creates a new one; give that to your clients.',
    },
    EXIT.person,
  );
}
