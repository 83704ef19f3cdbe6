import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

/** The largest file that a fence may name, in bytes: its objects must fit into memory several times. */
const LARGEST = 64 * 1024 * 1024;

/**
 * Reads a file that a fence names with `from`. Opened without waiting and read only if it is a regular file on a disk: a
 * document from a stranger can name a pipe, a device or a file of the kernel, which would never end.
 * @throws an error whose message says why the file is not read, or the system's own
 */
export async function readVendoredFile(
  folder: string,
  from: string,
  { mayBeOutside }: { readonly mayBeOutside: boolean },
): Promise<Buffer> {
  const path = await realpath(resolve(folder, from));
  const isInside = path.startsWith(`${await realpath(folder)}${sep}`);
  if (!isInside && !mayBeOutside)
    throw new Error('it is outside of the document’s folder, and no person approved that it is read');
  if (/^\/(?:proc|sys|dev)\//.test(path)) throw new Error('it is a file of the kernel');
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Error('it is not a regular file');
    if (status.size > LARGEST) throw new Error(`it has ${status.size} bytes, more than ${LARGEST}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
