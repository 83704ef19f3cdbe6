import type { Reading } from './machine.ts';

/** Reads a file of this machine and distinguishes `gone` from `denied`. */
export function tryRead<T>(read: () => T): Reading<T> {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone' };
  }
}
