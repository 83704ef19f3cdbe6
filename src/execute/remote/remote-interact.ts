import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { shellQuote } from '../../base/shell-quote.ts';
import type { Program } from '../../model/own-program.ts';
import type { ShellRequest } from '../../model/shell.ts';
import { type Deadline, watchDeadline } from '../deadline.ts';
import { requireTerminal } from '../interact.ts';
import { type LaunchedFence, launchText } from '../launch.ts';
import { recordsIn } from '../shell/control-records.ts';
import type { FrameEnd } from '../shell/shell-process.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import type { BoxLink } from './link.ts';
import type { RunOnRemote } from './remote-files.ts';

/**
 * Runs a fence on a terminal connected to the box. The person types on the box, Ctrl-C included, which this process
 * ignores meanwhile. The fence's text and the shell's records travel through files in the session's folder, because the
 * terminal's streams belong to the person.
 * @throws RunbookError `no-terminal`
 */
export async function interactRemote(
  link: BoxLink,
  run: RunOnRemote,
  fence: LaunchedFence,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal'>,
  setup: { readonly scratch: string; readonly folder: string; readonly exports: readonly string[] },
): Promise<FrameEnd | Deadline> {
  requireTerminal();
  const base = `${setup.scratch}/terminal-${randomBytes(4).toString('hex')}`;
  const program = shellQuote(`${base}.sh`);
  const said = shellQuote(`${base}.said`);
  const text = [...setup.exports, `cd ${shellQuote(setup.folder)}`, launchText(fence)].join('\n');
  const upload: Program = { run: `umask 077; cat >${program}`, input: textToBytes(text) };
  const { code, stderr } = await run(upload);
  if (code !== 0) return { kind: 'cut-off', reason: stderr.trim() };

  const ignore = () => {};
  process.on('SIGINT', ignore);
  const child = link.startOnTerminal(`exec sh "${base}.sh" >"${base}.said" 2>/dev/tty`);
  let stoppedBy: Deadline | undefined;
  const unwatch = watchDeadline(request, (why) => {
    stoppedBy ??= why;
    child.kill('SIGTERM');
  });
  try {
    const status = await new Promise<number>((resolve) => {
      child.once('error', () => resolve(127));
      child.once('exit', (ended, signal) => resolve(signal ? 128 + constants.signals[signal] : (ended ?? 1)));
    });
    const { stdout } = await run({ run: `cat ${said}; rm -f ${program} ${said}` });
    return stoppedBy ?? { kind: 'ended', status, records: recordsIn(stdout) };
  } finally {
    unwatch();
    process.off('SIGINT', ignore);
  }
}
