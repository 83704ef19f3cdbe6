import { runProgram } from '../program/run-program.ts';

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
export async function runTool(file: string, args: readonly string[], limitMs = 5000): Promise<ToolAnswer> {
  const env = { PATH: `${TOOL_PATH}:${process.env.PATH ?? ''}`, LC_ALL: 'C' };
  const { kind, code, stdout, stderr } = await runProgram([file, ...args], { env, timeoutMs: limitMs });
  if (kind === 'exit') return { kind, code, stdout, stderr };
  if (kind === 'missing') return { kind };
  return { kind: 'failed', reason: kind === 'unstartable' ? stderr : `${file}: ${stderr}` };
}
