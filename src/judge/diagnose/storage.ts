import type { FactOf } from '../../model/facts/snapshot.ts';
import type { FailureContext } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';

/** inotify also returns ENOSPC (inotify_add_watch(2)) although no disk is full. */
export const watchLimit: Rule = textRule({
  code: 'watch-limit',
  cause: 'resources',
  patterns: [
    /system limit for number of file watchers reached|inotify.{0,40}(?:No space left|watch limit|too many open files)/i,
    /(?:inotify_add_watch|inotify watch).{0,80}(?:ENOSPC|No space left)/i,
  ],
  describe: () => ({
    title: "The user's limit of inotify watches is reached; no disk is full.",
    remedy:
      'Raise fs.inotify.max_user_watches (and max_user_instances) in a file in /etc/sysctl.d, or watch fewer files.',
    subject: 'fs.inotify.max_user_watches',
  }),
});

/** ENOSPC: no bytes or no inodes are left (write(2), open(2)). */
export const diskFull: Rule = textRule({
  code: 'disk-full',
  cause: 'resources',
  patterns: [/no space left on device|ENOSPC|disk quota exceeded|EDQUOT|You don't have enough free space/i],
  describe: ({ line }, context) => {
    if (/inotify|file watchers/i.test(line)) return undefined;
    const path = pathIn(line);
    const disk = fullDisk(context, path);
    if (/quota|EDQUOT/i.test(line)) {
      return {
        title: 'The disk quota is used up.',
        remedy: 'Free space, or have the quota raised.',
        ...(path && { subject: path }),
      };
    }
    return {
      title:
        disk === undefined
          ? `No space is left${path === undefined ? '' : ` for ${path}`}: the file system is full, in bytes or in inodes.`
          : `${disk.mount} is full: ${fullness(disk)}.`,
      remedy: `Free space there (df -h, df -i, du -x), or write to ${disk ? 'another file system' : 'a larger volume'}.`,
      ...((disk?.mount ?? path) !== undefined && { subject: (disk?.mount ?? path)! }),
      evidence: disk === undefined ? [] : [disk.id],
    };
  },
});

/** No message says so, but a disk is full. */
export const diskFullSeen: Rule = {
  code: 'disk-full',
  cause: 'resources',
  find: ({ facts }) =>
    (facts.disk ?? []).filter(isFull).map((disk) => ({
      title: `${disk.mount} is full: ${fullness(disk)}.`,
      remedy: 'Free space there (df -h, df -i, du -x).',
      subject: disk.mount,
      evidence: [disk.id],
      weight: 'inferred',
    })),
};

/** EROFS. */
export const readOnly: Rule = textRule({
  code: 'read-only',
  cause: 'resources',
  patterns: [/read-only file ?system|EROFS|cannot remount .{0,80}read-write/i],
  describe: ({ line }, context) => {
    const path = pathIn(line);
    const disk = mountOf(context, path);
    const seen = disk?.readOnly === true;
    return {
      title: `${path ?? 'The file'} is on a file system that is mounted read-only${seen ? ` (${disk.mount})` : ''}.`,
      remedy:
        'Write to another file system, or remount it read-write. After disk errors (see dmesg) that would lose data.',
      ...(path !== undefined && { subject: path }),
      evidence: seen ? [disk.id] : [],
    };
  },
});

/** EMFILE, ENFILE. */
export const openFilesLimit: Rule = textRule({
  code: 'open-files-limit',
  cause: 'resources',
  patterns: [/too many open files|\b(?:EMFILE|ENFILE)\b/i],
  describe: ({ line }, { facts }) => {
    if (/inotify/i.test(line)) return undefined;
    const limit = facts.limits?.find(({ name }) => name === 'open-files');
    return {
      title: `The limit of open files is reached${limit?.value === undefined ? '' : ` (${limit.value} for a process started from here)`}.`,
      remedy:
        'Raise it (LimitNOFILE= in the unit, ulimit -n before the start), or close files that are not needed.',
      subject: 'open-files',
      evidence: limit === undefined ? [] : [limit.id],
    };
  },
});

/** EAGAIN from fork(2), or the cgroup's pids.max. */
export const processLimit: Rule = textRule({
  code: 'process-limit',
  cause: 'resources',
  patterns: [
    /fork: (?:retry: )?Resource temporarily unavailable|can't (?:fork|start new thread)|unable to create (?:new )?native thread|pthread_create failed|newosproc|cannot fork/i,
  ],
  describe: (_hit, { facts }) => {
    const limit = facts.limits?.find(({ name, hits }) => name === 'processes' && (hits ?? 0) > 0);
    return {
      title:
        'No more processes or threads can be started: the limit of the user or of the cgroup is reached.',
      remedy: 'Check what runs. Raise TasksMax= (unit), pids.max (cgroup) or ulimit -u, or start fewer.',
      subject: 'processes',
      evidence: limit === undefined ? [] : [limit.id],
    };
  },
});

/** ETXTBSY, EBUSY. */
export const fileBusy: Rule = textRule({
  code: 'file-busy',
  cause: 'resources',
  general: true,
  patterns: [
    /(?<![^\s:'‘"])(?<path>[^\s:'‘"]{1,200})['’"]?: (?:Text file busy|Device or resource busy|target is busy)|ETXTBSY|EBUSY/i,
  ],
  describe: ({ groups: { path = 'The file' } }) => ({
    title: `${path} is in use by a running process.`,
    remedy: `Stop the process that uses ${path} first (lsof, fuser), or replace the file with a rename instead of writing into it.`,
    subject: path,
  }),
});

type Disk = FactOf<'disk'>;

/** With less than this the disk counts as full: the last blocks are reserved and rounded. */
const LEAST_FREE_BYTES = 64 * 1024;

function isFull(disk: Disk): boolean {
  if (disk.readOnly || disk.bytes === 0) return false;
  return disk.freeBytes < LEAST_FREE_BYTES || (disk.inodes > 0 && disk.freeInodes === 0);
}

function fullness(disk: Disk): string {
  if (disk.inodes > 0 && disk.freeInodes === 0) return `none of ${disk.inodes} inodes is free`;
  return `${disk.freeBytes} of ${disk.bytes} bytes are free`;
}

/** The disk of the path, if it is full. Without a path, the first full disk. */
function fullDisk(context: FailureContext, path: string | undefined): Disk | undefined {
  const full = (context.facts.disk ?? []).filter(isFull);
  const own = mountOf(context, path);
  return own !== undefined && isFull(own) ? own : full[0];
}

function mountOf({ facts }: FailureContext, path: string | undefined): Disk | undefined {
  if (path === undefined || !path.startsWith('/')) return undefined;
  const below = (facts.disk ?? []).filter(
    ({ mount }) => mount === '/' || path === mount || path.startsWith(`${mount}/`),
  );
  return below.sort((a, b) => b.mount.length - a.mount.length)[0];
}

/** The file that an error line names. */
export function pathIn(given: string): string | undefined {
  // The place in a library's own source is not what the error is about.
  const line = given.replace(/\S{1,200}\.(?:c|cc|cpp|go|rs|h):\d+/g, ' ');
  const quoted = /['‘"`]((?:\/|\.{0,2}\/)?[\w.@+/-]{0,200}\/[\w.@+-]{1,200})['’"`]/.exec(line)?.[1];
  return quoted ?? /(?:^|[\s:(=])(\.{0,2}\/[\w.@+/-]{1,300})/.exec(line)?.[1];
}
