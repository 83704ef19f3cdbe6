import { quoteOnOneLine } from '../../base/shell-quote.ts';
import { type LaunchedFence, launchText } from '../launch.ts';
import { applyState, enterFolder } from '../state/apply-state.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import { reportOnExit } from './report.ts';

/**
 * Frames are bash text that a host runs (execute/host-script). `$1` is the host's folder, 11 the control pipe.
 * The number counts frames, so that an announced process group is known to belong to this one.
 */
const CONTROL = 11;

/** A bash fence in a subshell of the host: nothing of it can reach the host, and a fork without exec is cheap. */
export function forkFrame(
  number: number,
  fence: Omit<LaunchedFence, 'scratch' | 'terminal'>,
  toOutput: string,
): Buffer {
  const reporting = { prefix: 'builtin', fd: CONTROL, level: 1 } as const;
  const before = [
    announce(number),
    'set --',
    'unset -v runbook_size runbook_frame',
    'SECONDS=0',
    ...applyState(fence.state, quoteOnOneLine),
    ...(fence.cwd === undefined ? [] : [enterFolder(fence.cwd, quoteOnOneLine, CONTROL)]),
    'set +m -e',
    ...(fence.capture ? reportOnExit(reporting, fence.text) : []),
  ];
  return textToBytes(`( ${before.join('; ')}; eval ${quoteOnOneLine(fence.text)}; ) ${toOutput}`);
}

/** A plain fence (execute/plain-fence), run by the host itself: no fork but those of its programs. */
export function plainFrame(text: string, toOutput: string): Buffer {
  return textToBytes(`hash -r; eval ${quoteOnOneLine(text)} ${toOutput}`);
}

/** A fence that gets a process of its own, in place of the subshell. */
export function launchFrame(number: number, fence: LaunchedFence, toOutput: string): Buffer {
  return textToBytes(`( ${announce(number)}; exec >&${CONTROL}\n${launchText(fence)}) ${toOutput}`);
}

const announce = (number: number): string => `builtin printf '%s\\n' "${number} $BASHPID" 1<>"$1/group"`;
