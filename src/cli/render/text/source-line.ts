import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Place } from '../../../model/place.ts';
import { clean } from './clean.ts';
import { truncate, widthOf } from './width.ts';

/** `AUTODOCK.md:42:1`, which editors and terminals turn into a link. */
export const shownPlace = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

/**
 * The line of the document at a place, with a caret below it. Empty if the file cannot be read or no longer has that
 * line.
 */
export function sourceLine(place: Place, cwd: string, columns = 100): readonly string[] {
  const source = lineAt(resolve(cwd, place.file), place.line)?.slice(0, MAX_LOOKED_AT);
  if (source === undefined) return [];
  const number = String(place.line);
  const before = clean(source.slice(0, place.column - 1)).replaceAll('\t', '  ');
  const text = truncate(clean(source).replaceAll('\t', '  '), columns - number.length - 5);
  const caret = ' '.repeat(Math.min(widthOf(before), widthOf(text)));
  return [`${number} | ${text}`, `${' '.repeat(number.length)} | ${caret}^`];
}

/** In characters; far more than are shown. A line of a megabyte may have thousands of errors. */
const MAX_LOOKED_AT = 4_096;

function lineAt(path: string, line: number): string | undefined {
  try {
    const { mtimeMs, size } = statSync(path);
    // Thousands of warnings about one file read it only once.
    if (path !== last?.path || mtimeMs !== last.mtimeMs || size !== last.size) {
      last = { path, mtimeMs, size, lines: readFileSync(path, 'utf8').split(/\r\n|\n|\r/) };
    }
    return last.lines[line - 1];
  } catch {
    return undefined;
  }
}

/** The lines of the file that was shown last. */
let last: { path: string; mtimeMs: number; size: number; lines: readonly string[] } | undefined;
