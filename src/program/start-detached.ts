import { type ChildProcess, spawn } from 'node:child_process';

/** Starts this program with other arguments, as a process that outlives this one. Never throws and never waits. */
export function startDetached(
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd?: string },
): ChildProcess {
  const child = spawn(process.execPath, [process.argv[1]!, ...words], {
    ...options,
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => {});
  child.unref();
  return child;
}
