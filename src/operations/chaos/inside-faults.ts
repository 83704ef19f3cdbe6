import type { Box } from '../../model/box.ts';
import { OwnProgram } from '../../model/own-program.ts';
import KILL_LEAF_PROCESSES from './scripts/kill-leaf-processes.sh';

/** Prints the running pids, separated by spaces. */
const LIST = 'cd /proc && echo [0-9]*';

/** The pids on the box before a step starts, to identify the step's processes. */
export async function processesOf(box: Box): Promise<string> {
  const { stdout } = await box.exec(OwnProgram.make({ run: LIST }));
  return stdout.toString('utf8').trim();
}

/** Whether a process was killed. */
export async function killNewProcesses(box: Box, before: string): Promise<boolean> {
  const { code } = await box.exec(OwnProgram.make({ run: ['sh', '-c', KILL_LEAF_PROCESSES, 'sh', before] }));
  return code === 0;
}

/** Larger disks are not filled: it would take too long, and they are probably shared. */
const LARGEST_DISK_KB = 2_000_000;

/**
 * Fills the disk of the box's workspace, and returns how to empty it, or a reason if the disk is shared with the host:
 * a container's root file system is, and filling it would affect more than the box.
 */
export async function fillDisk(box: Box): Promise<(() => Promise<void>) | string> {
  const filler = '.runbook-chaos-ballast';
  const disk = await box.exec(
    OwnProgram.make({
      run: ['sh', '-c', 'cd "$1" && df -Pk . | tail -n 1', 'sh', box.folder],
    }),
  );
  const [, size, , free, , mount] = disk.stdout.toString('utf8').trim().split(/\s+/);
  if (disk.code !== 0 || mount === undefined) return 'its disk could not be measured';
  if (mount === '/' || Number(size) > LARGEST_DISK_KB)
    return 'the box shares its disk with this machine, which would be filled too';
  const fill = 'cd "$1" && cat /dev/zero >"$2" 2>/dev/null; exit 0';
  await box.exec(
    OwnProgram.make({ run: ['sh', '-c', fill, 'sh', box.folder, filler], timeoutMs: 60_000 + Number(free) }),
  );
  return async () => {
    await box.exec(OwnProgram.make({ run: ['rm', '-f', `${box.folder}/${filler}`] }));
  };
}
