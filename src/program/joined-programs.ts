import type { Result } from 'execa';
import { errorText, PROGRAM_CODE } from './run-program.ts';

/** Runs a program with this process's own terminal or streams. Returns its exit code, 127 if it does not start. */
export async function runOnTerminal([file = '', ...args]: readonly string[]): Promise<number> {
  const { execa } = await import('execa');
  const { exitCode, signal } = await execa(file, args, { reject: false, stdio: 'inherit' });
  return exitCode ?? (signal === undefined ? PROGRAM_CODE.missing : PROGRAM_CODE.aborted);
}

/** Pipes what one program writes into another. Returns why that failed; undefined on success. */
export async function runPiped(
  [file = '', ...args]: readonly string[],
  [next = '', ...nextArgs]: readonly string[],
  input: string,
): Promise<string | undefined> {
  const { execa } = await import('execa');
  const last = await execa(file, args, { reject: false, buffer: NO_OUTPUT, input }).pipe(next, nextArgs, {
    ...{ reject: false, buffer: NO_OUTPUT },
  });
  const failed = [...last.pipedFrom, last].filter((each) => each.failed);
  if (failed.length === 0) return undefined;
  // Usually one fails because of the other, and only a person can decide which is the cause.
  return failed.map(reasonOf).join('; ');
}

function reasonOf({ exitCode = PROGRAM_CODE.missing, stderr, originalMessage = '' }: Result): string {
  return errorText({
    code: exitCode,
    stderr: typeof stderr === 'string' && stderr ? stderr : originalMessage,
  });
}

/** What it writes goes into the pipe, and is not kept. */
const NO_OUTPUT = { stdout: false, stderr: true } as const;
