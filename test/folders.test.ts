import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** One can read through this many names; the rule is in docs/design.md, Conventions. */
const MOST_FILES = 25;

test(`no folder of src holds more than ${MOST_FILES} files directly`, () => {
  const entries = readdirSync(SRC, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  expect(folders.length).toBeGreaterThan(20);
  const full = folders
    .map(({ parentPath, name }) => ({
      folder: relative(SRC, join(parentPath, name)),
      files: entries.filter((entry) => entry.isFile() && entry.parentPath === join(parentPath, name)).length,
    }))
    .filter(({ files }) => files > MOST_FILES);
  expect(full).toEqual([]);
});
