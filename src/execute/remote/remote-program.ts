import { BoundedBytes } from '../../base/bounded-bytes.ts';
import { quoteOnOneLine, shellQuote } from '../../base/shell-quote.ts';
import type { ProgramResult } from '../../model/box.ts';
import type { Program } from '../../model/own-program.ts';
import { MOST_OUTPUT, TOO_MUCH_OUTPUT } from '../../program/kept-output.ts';
import { PROGRAM_CODE } from '../../program/run-program.ts';
import { nextFrame } from '../run-fence.ts';
import { runFrame } from '../shell/run-frame.ts';
import type { ShellPool } from '../shell/shell-pool.ts';
import type { ShellProcess } from '../shell/shell-process.ts';
import { bytesToText, textToBytes } from '../state/bytes-as-text.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Larger input, and bytes that a shell cannot hold, are sent through a separate session (remote-stream). */
const MAX_INPUT_IN_FRAME = 256 * 1024;

/** Whether one frame can carry the input. */
export function fitsInFrame(input: Buffer | string): boolean {
  return input.length <= MAX_INPUT_IN_FRAME && !input.includes('\0');
}

/** The program as POSIX shell text. */
export function programText(run: Program['run']): string {
  return typeof run === 'string' ? run : run.map(shellQuote).join(' ');
}

/**
 * Runs one of the engine's own programs in a shell process of the box: one frame, without starting another ssh or
 * container engine process.
 */
export async function runInShell(pool: ShellPool, program: Program): Promise<ProgramResult> {
  const shell = await pool.take();
  if ('unstartable' in shell) {
    const code = shell.disconnected ? PROGRAM_CODE.lost : PROGRAM_CODE.missing;
    return { code, stdout: Buffer.alloc(0), stderr: shell.unstartable };
  }
  try {
    return await sendProgram(shell, program);
  } finally {
    pool.give(shell);
  }
}

async function sendProgram(shell: ShellProcess, program: Program): Promise<ProgramResult> {
  const output = new BoundedBytes(MOST_OUTPUT);
  const tooMuchOutput = new AbortController();
  const number = nextFrame();
  const frame = { number, bytes: programFrame(shell, number, program), hasGroup: true };
  const end = await runFrame(shell, frame, {
    timeoutMs: program.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal: program.signal ? AbortSignal.any([program.signal, tooMuchOutput.signal]) : tooMuchOutput.signal,
    onOutput: (chunk) => {
      if (!output.add(chunk)) tooMuchOutput.abort();
    },
  });
  const stdout = output.take();
  if (tooMuchOutput.signal.aborted) return { code: PROGRAM_CODE.tooMuch, stdout, stderr: TOO_MUCH_OUTPUT };
  switch (end.kind) {
    case 'ended': {
      const said = end.records.get('x');
      return { code: end.status, stdout, stderr: said ? bytesToText(said) : '' };
    }
    case 'lost':
      return { code: end.status, stdout, stderr: '' };
    case 'timeout':
      return { code: PROGRAM_CODE.timedOut, stdout, stderr: `it did not finish within ${end.afterMs} ms` };
    case 'aborted':
      return { code: 130, stdout, stderr: 'stopped' };
    case 'cut-off':
      return { code: PROGRAM_CODE.lost, stdout, stderr: end.reason };
  }
}

/** Standard output is sent as fence output; standard error becomes the record `x`. */
function programFrame(shell: ShellProcess, number: number, { run, input }: Program): Buffer {
  const text = programText(run);
  const isBash = shell.kind === 'bash';
  const quote = isBash ? quoteOnOneLine : shellQuote;
  const given = input === undefined ? '' : bytesToText(Buffer.from(input));
  const source = given === '' ? '' : `printf %s ${quote(given)} | `;
  const [control, output] = isBash ? ['11', '12'] : ['8', '9'];
  const body = [
    `rb_said=$( { ${source}{ eval ${quote(text)}; }; } 2>&1 >&${output} )`,
    'rb_code=$?',
    `printf '\\0x%s\\0' "$rb_said" >&${control}`,
    'exit $rb_code',
  ].join('\n');
  if (!isBash) return textToBytes(`exec 8>&1 9>&2\n${body}`);
  const announce = `builtin printf '%s\\n' "${number} $BASHPID" 1<>"$1/group"`;
  return textToBytes(`( ${announce}; set +m; exec </dev/null\n${body}\n)`);
}
