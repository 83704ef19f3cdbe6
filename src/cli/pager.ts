import { spawn } from 'node:child_process';
import type { WriteStream } from 'node:tty';

/**
 * Shows a text in the person's pager (`PAGER`, else less) until they close it. Without a pager the text is printed.
 */
export async function viewInPager(
  text: string,
  { env, output }: { env: Readonly<Record<string, string | undefined>>; output: WriteStream },
): Promise<void> {
  const pager = env.PAGER || 'less';
  const closed = await new Promise<boolean>((resolve) => {
    // stderr is the terminal, also where stdout is a pipe.
    const child = spawn('sh', ['-c', `${pager} <&3 3<&-`], {
      env: { ...env, LESS: env.LESS ?? '-R' },
      stdio: ['inherit', output, output, 'pipe'],
    });
    const input = child.stdio[3] as NodeJS.WritableStream;
    // A pager that is closed early does not read to the end.
    input.on('error', () => {});
    input.end(`${text}\n`);
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code !== 126 && code !== 127));
  });
  if (!closed) output.write(`${text}\n`);
}
