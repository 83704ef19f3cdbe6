import type { Box } from '../../model/box.ts';

/** Pids that live now, blanks between. */
const LIST = 'cd /proc && echo [0-9]*';

/**
 * Ends with SIGKILL what the box's step has running: the processes that came after `before` and have no children. Tries
 * again until there is one, a hundred times; the kernel's own list is read, so no tool is needed.
 */
const KILL_LEAVES = `
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

/** What lives on the box before a step begins, to tell what is the step's. */
export async function processesOf(box: Box): Promise<string> {
  const { stdout } = await box.exec({ run: LIST });
  return stdout.toString('utf8').trim();
}

/** Whether something was killed. */
export async function killNewProcesses(box: Box, before: string): Promise<boolean> {
  const { code } = await box.exec({ run: ['sh', '-c', KILL_LEAVES, 'sh', before] });
  return code === 0;
}

/** Larger disks than this are not filled: it would take too long, and they are hardly the box's alone. */
const LARGEST_DISK_KB = 2_000_000;

/**
 * Fills the disk that holds the box's workspace, and answers how to empty it; a reason where that disk is the host's
 * too: in a container the root file system is, and filling it would hurt more than the box.
 */
export async function fillDisk(box: Box): Promise<(() => Promise<void>) | string> {
  const ballast = '.runbook-chaos-ballast';
  const look = await box.exec({
    run: ['sh', '-c', 'cd "$1" && df -Pk . | tail -n 1', 'sh', box.folder],
  });
  const [, size, , free, , mount] = look.stdout.toString('utf8').trim().split(/\s+/);
  if (look.code !== 0 || mount === undefined) return 'its disk could not be looked at';
  if (mount === '/' || Number(size) > LARGEST_DISK_KB)
    return 'its disk is not its own: filling it would fill that of this machine';
  const fill = 'cd "$1" && cat /dev/zero >"$2" 2>/dev/null; exit 0';
  await box.exec({ run: ['sh', '-c', fill, 'sh', box.folder, ballast], timeoutMs: 60_000 + Number(free) });
  return async () => {
    await box.exec({ run: ['rm', '-f', `${box.folder}/${ballast}`] });
  };
}
