import { spawn } from 'node:child_process';
import { BoundedBytes, sizeText } from '../base/bounded-bytes.ts';

/** What a program said before it ended. */
export interface ProgramAnswer {
  /** 127 where it could not be started, 128 + 9 where it was ended by us. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly input?: string | Buffer;
  /** Beside this process's own: values that may not stand in an argument list. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; 60,000 if none are given. What takes longer has hung. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Bytes of each stream that are kept. A list of every container and image here has a few MiB; what says more has gone astray. */
const MOST_SAID = 64 * 1024 * 1024;

/** Runs a program to its end. A program that fails is an answer; nothing rejects. */
export function call(
  program: string,
  args: readonly string[],
  options: CallOptions = {},
): Promise<ProgramAnswer> {
  const { input = '', env, timeoutMs = 60_000, signal } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: 'pipe',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(env ? { env: { ...process.env, ...env } } : {}),
      ...(signal ? { signal } : {}),
    });
    const [stdout, stderr] = [new BoundedBytes(MOST_SAID), new BoundedBytes(MOST_SAID)];
    let [broken, flooded] = ['', ''];
    const keepIn = (kept: BoundedBytes) => (chunk: Buffer) => {
      if (kept.add(chunk)) return;
      flooded = `${program} said more than ${sizeText(MOST_SAID)}, and was stopped`;
      child.kill('SIGKILL');
      // What it started may hold the streams open, and goes on.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.stdout.on('data', keepIn(stdout));
    child.stderr.on('data', keepIn(stderr));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (error) => {
      broken = error.message;
      if (child.pid === undefined) end(127);
    });
    child.once('close', (code) => end(code ?? 137));
    const end = (code: number) =>
      resolve({
        code,
        stdout: stdout.take().toString('utf8'),
        stderr: flooded || stderr.take().toString('utf8') || broken,
      });
  });
}

/** The last thing that a program complained about, in one line. */
export function errorText({ code, stderr }: ProgramAnswer): string {
  return stderr.trim().split('\n').at(-1)?.trim() || `it ended with code ${code}`;
}
