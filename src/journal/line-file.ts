import { appendFile, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { storing } from './storage-error.ts';

/** What a person has decided, a line of JSON for each, in the person's state folder. What others may write is not believed. */
export class LineFile<Entry extends z.ZodType> {
  readonly #path: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly entry: Entry,
  ) {
    this.#path = join(folder, `${name}.jsonl`);
  }

  /** A line that is no entry says nothing. @throws RunbookError 3 where it cannot be read, or is not the person's own */
  read(): Promise<z.infer<Entry>[]> {
    return storing(`the ${this.name}`, this.#path, async () => {
      const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (!file) return [];
      try {
        await refuseForeign(this.#path, this.name, file);
        return (await file.readFile('utf8')).split('\n').flatMap((line) => this.#parse(line));
      } finally {
        await file.close();
      }
    });
  }

  /** In one write, so that two at once do not mix; ahead of it a line end, in case the last write was torn. */
  append(entry: z.infer<Entry>): Promise<void> {
    return storing(`the ${this.name}`, this.#path, async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await appendFile(this.#path, `\n${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true });
    });
  }

  #parse(line: string): z.infer<Entry>[] {
    try {
      const read = this.entry.safeParse(JSON.parse(line));
      return read.success ? [read.data] : [];
    } catch {
      return [];
    }
  }
}

/** As ssh does with authorized_keys: what others may write is nobody's word. */
async function refuseForeign(path: string, name: string, file: FileHandle): Promise<void> {
  const { mode, uid } = await file.stat();
  const own = process.getuid?.() ?? uid;
  if ((mode & 0o022) === 0 && (uid === own || uid === 0)) return;
  throw new RunbookError(
    [
      {
        code: `${name}-exposed`,
        severity: 'error',
        message: `${path} can be written by others, so what it says is not believed.`,
        remedy: `Look through it, then run: chmod 600 ${path}`,
      },
    ],
    EXIT.person,
  );
}
