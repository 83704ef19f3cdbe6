import { constants } from 'node:os';
import { keepOutput, TOO_MUCH_OUTPUT } from './kept-output.ts';

/** How a program ended. It is never thrown: a failed program is a result. */
export interface ProgramEnd {
  readonly kind: 'exit' | 'signal' | 'timeout' | 'aborted' | 'too-much' | 'missing' | 'unstartable';
  /** As in a shell: see `PROGRAM_CODE`, and 128 plus the number of a signal. */
  readonly code: number;
  /** What it wrote, as bytes and as text. */
  readonly bytes: Buffer;
  readonly stdout: string;
  /** What it wrote as errors, or why it was stopped or did not start. */
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer | undefined;
  readonly cwd?: string | undefined;
  /** Added to this process's environment: values that must not appear in an argument list. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The program gets `env` and nothing else. */
  readonly onlyEnv?: boolean;
  /** Milliseconds; default 60,000. A program that takes longer is assumed to hang. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Exit codes as in a shell: 124 from timeout(1), 127 for a missing program, 130 for SIGINT, 141 for SIGPIPE. */
export const PROGRAM_CODE = { timedOut: 124, missing: 127, aborted: 130, tooMuch: 141, lost: 255 } as const;

/** Ends that this process brings about. */
type Stopped = 'timeout' | 'aborted' | 'too-much';

const STOPPED_CODE: Record<Stopped, number> = {
  timeout: PROGRAM_CODE.timedOut,
  aborted: PROGRAM_CODE.aborted,
  'too-much': PROGRAM_CODE.tooMuch,
};

/**
 * Runs a program of this machine to its end, with arguments that never pass through a shell. It has its own process group:
 * Ctrl-C is for this process, and what the program started is ended together with it.
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  { input = '', cwd, env, onlyEnv = false, timeoutMs = 60_000, signal }: RunOptions = {},
): Promise<ProgramEnd> {
  // Loaded here, because it takes as long as a short verb, and most verbs start no program.
  const { execa } = await import('execa');
  // Output is kept by ourselves: execa's own limit waits for what a stopped program leaves running.
  const child = execa(file, args, {
    ...{ reject: false, buffer: false, detached: true, encoding: 'buffer', input, extendEnv: !onlyEnv },
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  let stopped: Stopped | undefined;
  const stop = (why: Stopped) => {
    stopped ??= why;
    killGroup(child.pid);
  };
  const { stdout, stderr } = keepOutput(child, () => stop('too-much'));
  const deadline = setTimeout(() => stop('timeout'), timeoutMs);
  const onAbort = () => stop('aborted');
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  const result = await child;
  clearTimeout(deadline);
  signal?.removeEventListener('abort', onAbort);
  const written = { bytes: stdout.take(), said: stderr.take().toString() };
  if (stopped) return end(stopped, STOPPED_CODE[stopped], written, reasonOf(stopped, timeoutMs));
  const { exitCode, signal: killed, originalMessage = '', code } = result;
  if (killed !== undefined) return end('signal', 128 + constants.signals[killed], written);
  if (exitCode !== undefined) return end('exit', exitCode, written);
  const kind = code === 'ENOENT' ? 'missing' : 'unstartable';
  return end(kind, PROGRAM_CODE.missing, written, originalMessage);
}

/** The last error line of a program. */
export function errorText({ code, stderr }: Pick<ProgramEnd, 'code' | 'stderr'>): string {
  return stderr.trim().split('\n').at(-1)?.trim() || `exit code ${code}`;
}

function end(
  kind: ProgramEnd['kind'],
  code: number,
  { bytes, said }: { readonly bytes: Buffer; readonly said: string },
  reason?: string,
): ProgramEnd {
  const stderr = kind === 'too-much' ? TOO_MUCH_OUTPUT : said || (reason ?? '');
  return { kind, code, bytes, stdout: bytes.toString(), stderr };
}

function reasonOf(stopped: Stopped, timeoutMs: number): string {
  return stopped === 'timeout' ? `it did not finish within ${timeoutMs / 1000} s` : 'it was stopped';
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
