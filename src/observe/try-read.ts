import type { Reading } from './machine.ts';

/** Calls a reader of this machine's files and tells `gone` from `denied`. */
export function tryRead<T>(read: () => T): Reading<T> {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone' };
  }
}
