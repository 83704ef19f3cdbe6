import type { Box } from '../../model/box.ts';

/** Prints the running pids, separated by spaces. */
const LIST = 'cd /proc && echo [0-9]*';

/**
 * Kills the processes of the box's step with SIGKILL: those that are not in `before` and have no children. Retries up
 * to a hundred times until there is one. Reads the kernel's list, so no tool is needed.
 */
const KILL_LEAF_PROCESSES = `
before=" $1 "
tries=0
while [ $tries -lt 100 ]; do
  parents=' '; fresh=''
  for dir in /proc/[0-9]*; do
    pid=\${dir#/proc/}
    { read -r line <"$dir/stat"; } 2>/dev/null || continue
    rest=\${line##*) }; set -- $rest; parents="$parents$2 "
    case "$before" in *" $pid "*) ;; *) [ "$pid" = $$ ] || [ "$2" = $$ ] || [ "$1" = Z ] || fresh="$fresh $pid" ;; esac
  done
  killed=''
  for pid in $fresh; do
    case "$parents" in *" $pid "*) ;; *) kill -9 "$pid" 2>/dev/null && killed="$killed $pid" ;; esac
  done
  [ -n "$killed" ] && { echo "$killed"; exit 0; }
  tries=$((tries + 1))
done
exit 1
`;

/** The pids on the box before a step starts, to identify the step's processes. */
export async function processesOf(box: Box): Promise<string> {
  const { stdout } = await box.exec({ run: LIST });
  return stdout.toString('utf8').trim();
}

/** Whether a process was killed. */
export async function killNewProcesses(box: Box, before: string): Promise<boolean> {
  const { code } = await box.exec({ run: ['sh', '-c', KILL_LEAF_PROCESSES, 'sh', before] });
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
  const disk = await box.exec({
    run: ['sh', '-c', 'cd "$1" && df -Pk . | tail -n 1', 'sh', box.folder],
  });
  const [, size, , free, , mount] = disk.stdout.toString('utf8').trim().split(/\s+/);
  if (disk.code !== 0 || mount === undefined) return 'its disk could not be measured';
  if (mount === '/' || Number(size) > LARGEST_DISK_KB)
    return 'the box shares its disk with this machine, which would be filled too';
  const fill = 'cd "$1" && cat /dev/zero >"$2" 2>/dev/null; exit 0';
  await box.exec({ run: ['sh', '-c', fill, 'sh', box.folder, filler], timeoutMs: 60_000 + Number(free) });
  return async () => {
    await box.exec({ run: ['rm', '-f', `${box.folder}/${filler}`] });
  };
}
