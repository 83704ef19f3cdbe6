import { endGroups } from '../end-groups.ts';
import { groupsOfFence } from '../fence-mark.ts';
import type { Frame, ShellProcess } from './shell-process.ts';

/** What a local shell knows about the processes that run for it. */
export interface FenceProcesses {
  /** The process group of that frame's fence, if the fence has its own and has announced it. */
  group(frame: number): number | undefined;
  /** Kills the shell at once. Returns its children, which the caller must end. */
  kill(): readonly number[];
}

/** How a local shell ends a fence. */
export function endingOf(processes: FenceProcesses): Pick<ShellProcess, 'endFence' | 'endLeft' | 'kill'> {
  const groupsOf = ({ hasGroup, number }: Frame): number[] => {
    const group = hasGroup ? processes.group(number) : undefined;
    return group === undefined ? [] : [group];
  };
  return {
    endFence: (frame) => {
      const groups = groupsOf(frame);
      const roots = groups.length > 0 ? groups : processes.kill();
      return endGroups([...new Set([...roots, ...groupsOfFence(frame.number, roots)])]);
    },
    // A fence whose shell has died may have left a daemon on purpose.
    endLeft: (frame) => endGroups(groupsOf(frame)),
    kill: () => void processes.kill(),
  };
}
