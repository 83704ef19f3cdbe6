import { readdir } from 'node:fs/promises';

const RECORD = /^(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-f]{4})\.jsonl(\.gz)?$/;

/** Names of the records of a folder, oldest first. */
export async function recordNames(folder: string): Promise<{ id: string; name: string }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const id = RECORD.exec(name)?.[1];
      return id === undefined ? [] : [{ id, name }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
