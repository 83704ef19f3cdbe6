import { createHash } from 'node:crypto';
import type { Closure } from '../model/closure.ts';

/** The hash that an approval binds: every part, value and file, and the place. One changed byte asks again. */
export function closureHash({ place, parts, values, files }: Closure): string {
  const material = [
    'closure 1',
    place.document,
    place.box,
    parts.map(({ of, how, text }) => [of, how, text]),
    values.map(({ name, kind, mark }) => [name, kind, mark]),
    files.map(({ path, sha256 }) => [path, sha256]),
  ];
  return createHash('sha256').update(JSON.stringify(material)).digest('hex');
}
