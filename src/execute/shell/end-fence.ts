import { endGroups } from '../end-groups.ts';
import type { Frame, ShellProcess } from './shell-process.ts';

/** What a host on this machine knows of the processes that run for it. */
export interface HostProcesses {
  /** The process group of the fence in the frame of that number, if it has one of its own and has announced it. */
  group(frame: number): number | undefined;
  /** Kills the host at once. The answer: its children, which are left to the caller. */
  kill(): readonly number[];
}

/** How a host on this machine ends a fence. */
export function endingOf(processes: HostProcesses): Pick<ShellProcess, 'endFence' | 'endLeft' | 'kill'> {
  const groupsOf = ({ hasGroup, number }: Frame): number[] => {
    const group = hasGroup ? processes.group(number) : undefined;
    return group === undefined ? [] : [group];
  };
  return {
    endFence: (frame) => {
      const groups = groupsOf(frame);
      return endGroups(groups.length > 0 ? groups : processes.kill());
    },
    endLeft: (frame) => endGroups(groupsOf(frame)),
    kill: () => void processes.kill(),
  };
}
