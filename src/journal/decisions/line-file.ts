import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { appendLines, entriesOf } from '../lines/json-lines.ts';
import { storing } from '../storage-error.ts';
import { requireTrusted } from './trusted-file.ts';

/** A person's decisions in the person's state folder, one JSON line each. A file that others may write is rejected. */
export class LineFile<Entry extends z.ZodType> {
  readonly #path: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly entry: Entry,
  ) {
    this.#path = join(folder, `${name}.jsonl`);
  }

  /** Skips invalid lines. @throws RunbookError 3 if the file cannot be read, or others may write it */
  read(): Promise<z.infer<Entry>[]> {
    return storing(`the ${this.name}`, this.#path, async () => {
      const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (!file) return [];
      try {
        requireTrusted(this.#path, this.name, await file.stat());
        return entriesOf(await file.readFile('utf8'), this.entry);
      } finally {
        await file.close();
      }
    });
  }

  append(entry: z.infer<Entry>): Promise<void> {
    return storing(`the ${this.name}`, this.#path, async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await appendLines(this.#path, [entry as object]);
    });
  }
}
