import { statSync } from 'node:fs';

/** Milliseconds within which two changes of a file may have one time: a file that young may change without a sign. */
const ONE_TICK_MS = 50;

/** How a file stands at one moment, without its content. The times of inodes cannot be set back (`ctimeMs`). */
export interface FileStamp {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds since the epoch, as exact as a double tells them now: to a quarter of a microsecond. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Whether what is read from now on may be believed for as long as the stamp stays the same. */
  readonly settled: boolean;
}

/** Symbolic links followed; undefined: there is no such file. @throws the system's error for any other reason */
export function fileStamp(path: string): FileStamp | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return undefined;
  const { dev, ino, size, mtimeMs, ctimeMs } = status;
  return { dev, ino, size, mtimeMs, ctimeMs, settled: Date.now() - ctimeMs > ONE_TICK_MS };
}

/** Whether nobody has written or replaced the file between two stamps; false where there is none to compare with. */
export function isSameStamp(before: FileStamp | undefined, now: FileStamp | undefined): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    before.ctimeMs === now.ctimeMs &&
    before.mtimeMs === now.mtimeMs &&
    before.size === now.size &&
    before.ino === now.ino &&
    before.dev === now.dev
  );
}
