import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The private folder of a shell process, and the pipe in it that its fences write their output to. */
export interface ShellFolder {
  readonly path: string;
  readonly output: string;
  remove(): void;
}

/** Creates a shell's folder (0700). @throws the system's error, such as ENOSPC or EACCES */
export function makeShellFolder(): ShellFolder {
  const path = mkdtempSync(join(tmpdir(), 'runbook-'));
  return {
    path,
    output: join(path, 'output'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
