import { spawn } from 'node:child_process';
import { BoundedBytes, sizeText } from '../base/bounded-bytes.ts';

/** The result of a program. */
export interface ProgramAnswer {
  /** 127 if it could not be started, 128 + 9 if it was killed by us. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly input?: string | Buffer;
  /** Added to this process's environment: values that must not appear in an argument list. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; default 60,000. A program that takes longer is assumed to hang. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Limit per stream in bytes. A list of all containers and images has a few MiB. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs a program to its end. Never rejects: a failed program is a result. */
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
    const [stdout, stderr] = [new BoundedBytes(MAX_OUTPUT), new BoundedBytes(MAX_OUTPUT)];
    let [startError, tooMuch] = ['', ''];
    const keepIn = (kept: BoundedBytes) => (chunk: Buffer) => {
      if (kept.add(chunk)) return;
      tooMuch = `${program} was stopped after writing more than ${sizeText(MAX_OUTPUT)}`;
      child.kill('SIGKILL');
      // Its child processes may keep the streams open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    child.stdout.on('data', keepIn(stdout));
    child.stderr.on('data', keepIn(stderr));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (error) => {
      startError = error.message;
      if (child.pid === undefined) end(127);
    });
    child.once('close', (code) => end(code ?? 137));
    const end = (code: number) =>
      resolve({
        code,
        stdout: stdout.take().toString('utf8'),
        stderr: tooMuch || stderr.take().toString('utf8') || startError,
      });
  });
}

/** The last error line of a program. */
export function errorText({ code, stderr }: ProgramAnswer): string {
  return stderr.trim().split('\n').at(-1)?.trim() || `exit code ${code}`;
}
