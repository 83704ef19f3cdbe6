import { appendFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { storing } from '../storage-error.ts';
import { refuseForeign } from './trusted-file.ts';

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
        refuseForeign(this.#path, this.name, await file.stat());
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
