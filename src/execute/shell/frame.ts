import { quoteOnOneLine } from '../../base/shell-quote.ts';
import { FENCE_MARK, fenceMark } from '../fence-mark.ts';
import { type LaunchedFence, launchText } from '../launch.ts';
import { applyState, enterFolder } from '../state/apply-state.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import { countPlainLines, reportFailedLine, reportPlainLine } from './failed-line.ts';
import { reportOnExit } from './report.ts';

/**
 * Frames are bash text that a shell process runs (execute/shell/shell-script). `$1` is the shell's folder, 11 the
 * control pipe. The number identifies the frame, so that an announced process group can be matched to it.
 */
const CONTROL = 11;

/** A bash fence in a subshell: it cannot affect the shell process, and a fork without exec is cheap. */
export function forkFrame(
  number: number,
  fence: Omit<LaunchedFence, 'scratch' | 'terminal'>,
  toOutput: string,
): Buffer {
  const { text } = fence.code.value;
  const reporting = { prefix: 'builtin', fd: CONTROL, level: 1 } as const;
  const before = [
    announce(number),
    'set --',
    'unset -v runbook_size runbook_frame runbook_line',
    'SECONDS=0',
    ...applyState(fence.state, quoteOnOneLine),
    marked(number),
    ...(fence.cwd === undefined ? [] : [enterFolder(fence.cwd, quoteOnOneLine, CONTROL)]),
    'set +m -e',
    ...(fence.capture ? [...reportOnExit(reporting, text), ...reportFailedLine(text, reporting)] : []),
  ];
  return textToBytes(`( ${before.join('; ')}; eval ${quoteOnOneLine(text)}; ) ${toOutput}`);
}

/** A plain fence (execute/shell/plain-fence), run by the shell process itself, which forks only for its programs. */
export function plainFrame(
  number: number,
  { text, capture }: { readonly text: string; readonly capture: boolean },
  toOutput: string,
): Buffer {
  const run = (lines: string) => `hash -r; ${assignMark(number)} eval ${quoteOnOneLine(lines)} ${toOutput}`;
  if (!capture) return textToBytes(run(text));
  return textToBytes(`${run(countPlainLines(text))} ${reportPlainLine(CONTROL)}`);
}

/** A fence that gets its own process in place of the subshell. */
export function launchFrame(number: number, fence: LaunchedFence, toOutput: string): Buffer {
  return textToBytes(
    `( ${announce(number)}; ${marked(number)}; exec >&${CONTROL}\n${launchText(fence)}) ${toOutput}`,
  );
}

/** Exports the mark by which programs are found that leave the fence's process group. */
export const marked = (number: number): string => `export ${assignMark(number)}`;
const assignMark = (number: number): string => `${FENCE_MARK}=${fenceMark(number)}`;

const announce = (number: number): string => `builtin printf '%s\\n' "${number} $BASHPID" 1<>"$1/group"`;
