import { dirname, resolve } from 'node:path';
import { listPasses } from '../../journal/passes/read-record.ts';
import type { PassEntry } from '../../model/pass-record.ts';

/** The recorded passes next to a document, newest first, for completion: the document itself is not read. */
export async function passNames(cwd: string, file: string): Promise<readonly PassEntry[]> {
  return await listPasses(dirname(resolve(cwd, file)));
}
