import { type Machine, NotCollected, readText } from '../machine.ts';
import type { Observer, Unnumbered } from './observer.ts';

/** File systems without blocks of their own, and images that are always full by design. */
const PSEUDO =
  /^(?:proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|rpc_pipefs|autofs|nsfs|binfmt_misc|efivarfs|ramfs|squashfs|fuse\.(?:lxcfs|portal|gvfsd-fuse))$/;

/** On a dead server, statfs would block its thread forever. */
export const REMOTE =
  /^(?:nfs4?|cifs|smb3?|ceph|glusterfs|afs|9p|fuse\.(?:sshfs|rclone|s3fs|glusterfs|davfs))$/;

/** Mounted file systems with their free space, the fullest first. One entry each, even if mounted several times. */
export const observeDisk: Observer<'disk'> = async ({ folder, machine }) => {
  const table = readText(machine, '/proc/self/mountinfo');
  const mounts = table === undefined ? withoutTable(folder) : parseMountInfo(table).filter(isReported);
  const measured = await Promise.all(mounts.map((mount) => measure(mount, machine)));
  const facts = measured.flatMap(({ fact }) => (fact === undefined ? [] : [fact]));
  facts.sort((a, b) => room(a) - room(b));
  return { facts, unavailable: measured.flatMap(({ reason }) => (reason === undefined ? [] : [reason])) };
};

interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
  readonly source: string;
  readonly readOnly: boolean;
}

/** Lines of /proc/self/mountinfo (proc(5)); of several mounts of one device, the one with the shortest path. */
export function parseMountInfo(text: string): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device, , mount, options = ''] = left.split(' ');
    const [type, source, superOptions = ''] = right.split(' ');
    if (device === undefined || mount === undefined || type === undefined || source === undefined) continue;
    const readOnly = [options, superOptions].some((each) => each.split(',').includes('ro'));
    const found = { device, mount: unescaped(mount), type, source: unescaped(source), readOnly };
    const known = byDevice.get(device);
    if (known === undefined || found.mount.length < known.mount.length) byDevice.set(device, found);
  }
  return [...byDevice.values()];
}

function isReported({ type, mount }: Mount): boolean {
  // Container layers share the disk below them, which is listed separately.
  if (mount === '/') return true;
  return (
    !PSEUDO.test(type) &&
    !/^\/(?:sys|proc)\//.test(mount) &&
    !(type === 'overlay' && /\/(?:docker|containers|containerd)\//.test(mount))
  );
}

async function measure(
  mount: Mount,
  machine: Machine,
): Promise<{ fact?: Unnumbered<'disk'>; reason?: string }> {
  const { device: _, ...rest } = mount;
  if (mount.mount !== '/' && REMOTE.test(mount.type)) {
    return { reason: `${mount.mount} is a network file system (${mount.type}) and was skipped` };
  }
  try {
    const room = await machine.room(mount.mount);
    if (room.kind !== 'read')
      return { reason: `the free space of ${mount.mount} cannot be read (${room.kind})` };
    return room.value.bytes === 0 && mount.mount !== '/' ? {} : { fact: { ...rest, ...room.value } };
  } catch (error) {
    if (error instanceof NotCollected) return { reason: error.message };
    throw error;
  }
}

/** Without a mount table, the root and the working folder can still be measured. */
function withoutTable(folder: string): Mount[] {
  return [...new Set(['/', folder])].map((mount) => ({
    device: mount,
    mount,
    type: 'unknown',
    source: 'unknown',
    readOnly: false,
  }));
}

/** Free share of bytes or inodes, whichever is smaller. */
function room({ bytes, freeBytes, inodes, freeInodes, readOnly }: Unnumbered<'disk'>): number {
  if (readOnly || bytes === 0) return 2;
  return Math.min(freeBytes / bytes, inodes > 0 ? freeInodes / inodes : 1);
}

/** Space, tab, newline and backslash are octal escapes. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
