import { statSync } from 'node:fs';

/** Milliseconds within which two changes of a file may have one time: a file that young may change without a sign. */
const ONE_TICK_MS = 50;

/** How a file stands at one moment, without its content. */
export interface FileStamp {
  /** The same as long as nobody has written or replaced the file; the times of inodes cannot be set back (`ctime`). */
  readonly stamp: string;
  readonly size: number;
  /** Whether what is read from now on may be believed for as long as the stamp stays the same. */
  readonly settled: boolean;
}

/** Symbolic links followed; undefined: there is no such file. @throws the system's error for any other reason */
export function fileStamp(path: string): FileStamp | undefined {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!status) return undefined;
  return {
    stamp: `${status.dev} ${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`,
    size: Number(status.size),
    settled: Date.now() - Number(status.ctimeMs) > ONE_TICK_MS,
  };
}
