import { execFile } from 'node:child_process';

/** The result of a read-only program of the box. */
export type ToolAnswer =
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where the box's own tools are, also for users whose PATH lacks the sbin folders; k3s has its own iptables. */
const TOOL_PATH =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/var/lib/rancher/k3s/data/current/bin/aux';

/**
 * Runs one of the box's own programs (systemctl, iptables-save, lsof) to read something, in the C locale, with
 * arguments that never pass through a shell. Never throws. Kills the program after `limitMs` milliseconds.
 */
export function runTool(file: string, args: readonly string[], limitMs = 5000): Promise<ToolAnswer> {
  const env = { ...process.env, PATH: `${TOOL_PATH}:${process.env.PATH ?? ''}`, LC_ALL: 'C' };
  const options = { env, timeout: limitMs, maxBuffer: 64 * 1024 * 1024, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) resolve({ kind: 'exit', code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ kind: 'exit', code: error.code, stdout, stderr });
      else if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else if (error.killed)
        resolve({ kind: 'failed', reason: `${file} did not finish within ${limitMs / 1000} s` });
      else resolve({ kind: 'failed', reason: error.message });
    });
  });
}
