import { readFileSync } from 'node:fs';

/** What a look at a file gave. `gone` (no such file, or the process ended) is not the same as `denied`. */
export type Look<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'gone' }
  | { readonly kind: 'denied' };

/**
 * Calls a reader of small files. Synchronous on purpose: a thousand files of /proc read through the thread pool cost
 * several times more than read in line.
 */
export function tryRead<T>(read: () => T): Look<T> {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone' };
  }
}

/** The text of a small file; undefined where it is gone or denied. */
export function textOf(path: string): string | undefined {
  const look = tryRead(() => readFileSync(path, 'utf8'));
  return look.kind === 'read' ? look.value : undefined;
}
