import { BoundedBytes } from '../../base/bounded-bytes.ts';
import { quoteOnOneLine, shellQuote } from '../../base/shell-quote.ts';
import type { Program, ProgramResult } from '../../model/box.ts';
import { TOO_MUCH_OUTPUT } from '../kept-output.ts';
import { MOST_KEPT } from '../most-kept.ts';
import { nextFrame } from '../run-fence.ts';
import { PROGRAM_CODE } from '../run-program.ts';
import { runFrame } from '../shell/run-frame.ts';
import type { ShellPool } from '../shell/shell-pool.ts';
import type { ShellProcess } from '../shell/shell-process.ts';
import { bytesToText, textToBytes } from '../state/bytes-as-text.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Beyond this, and for bytes that a shell cannot hold, input gets a session of its own (remote-stream). */
const MOST_INPUT_IN_FRAME = 256 * 1024;

/** Whether a frame can carry it. */
export function fitsInFrame(input: Buffer | string): boolean {
  return input.length <= MOST_INPUT_IN_FRAME && !input.includes('\0');
}

/** What runs, as POSIX shell text. */
export function programText(run: Program['run']): string {
  return typeof run === 'string' ? run : run.map(shellQuote).join(' ');
}

/** Runs a program of the engine's own in a host of the box: one frame, no process of ssh or of the engine. */
export async function runInShell(pool: ShellPool, program: Program): Promise<ProgramResult> {
  const host = await pool.take();
  if ('unstartable' in host) {
    const code = host.disconnected ? PROGRAM_CODE.lost : PROGRAM_CODE.missing;
    return { code, stdout: Buffer.alloc(0), stderr: host.unstartable };
  }
  try {
    return await sendProgram(host, program);
  } finally {
    pool.give(host);
  }
}

async function sendProgram(host: ShellProcess, program: Program): Promise<ProgramResult> {
  const output = new BoundedBytes(MOST_KEPT.output);
  const flood = new AbortController();
  const number = nextFrame();
  const frame = { number, bytes: programFrame(host, number, program), hasGroup: true };
  const end = await runFrame(host, frame, {
    timeoutMs: program.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    signal: program.signal ? AbortSignal.any([program.signal, flood.signal]) : flood.signal,
    onOutput: (chunk) => {
      if (!output.add(chunk)) flood.abort();
    },
  });
  const stdout = output.take();
  if (flood.signal.aborted) return { code: PROGRAM_CODE.tooMuch, stdout, stderr: TOO_MUCH_OUTPUT };
  switch (end.kind) {
    case 'ended': {
      const said = end.records.get('x');
      return { code: end.status, stdout, stderr: said ? bytesToText(said) : '' };
    }
    case 'lost':
      return { code: end.status, stdout, stderr: '' };
    case 'timeout':
      return { code: PROGRAM_CODE.timedOut, stdout, stderr: `it did not end within ${end.afterMs} ms` };
    case 'aborted':
      return { code: 130, stdout, stderr: 'stopped' };
    case 'cut-off':
      return { code: PROGRAM_CODE.lost, stdout, stderr: end.reason };
  }
}

/** Standard output goes the way of all output; what comes on standard error is a record, `x`. */
function programFrame(host: ShellProcess, number: number, { run, input }: Program): Buffer {
  const text = programText(run);
  const isBash = host.kind === 'bash';
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
