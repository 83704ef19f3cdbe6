import type { Scope } from '../../model/facts/snapshot.ts';
import { REMOTE } from '../scopes/disk.ts';
import { MAX_ENTRIES, MAX_HASHED_BYTES } from '../scopes/files.ts';
import { kubeconfigPaths } from '../scopes/kubernetes.ts';
import { JOURNAL_OPTIONS, TAIL_BYTES } from '../scopes/logs.ts';
import { RPM_QUERY } from '../scopes/packages.ts';
import { PROPERTIES } from '../services.ts';
import { each, INIT_SCRIPTS, NAT, PROCESSES, SOCKETS, SYSTEMD, tool } from './fragments.ts';

/** The box's own variables and folder, which an observation uses. */
export interface ObserverPosition {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** What the observer of a scope reads, as script fragments. One row per scope, like snapshot's table of observers. */
export function scopeFragments(scope: Scope, from: ObserverPosition): readonly string[] {
  return FRAGMENTS[scope](from);
}

const FRAGMENTS: { readonly [S in Scope]: (from: ObserverPosition) => readonly string[] } = {
  listeners: () => [PROCESSES, SOCKETS, NAT],
  processes: () => [PROCESSES, SOCKETS, 'r /etc/passwd'],
  services: () => [SYSTEMD, PROCESSES, INIT_SCRIPTS, ALL_SERVICES],
  packages: () => [DPKG, OTHER_PACKAGES],
  disk: () => ['r /proc/self/mountinfo', FREE_SPACE],
  memory: () => ['r /proc/meminfo /proc/vmstat'],
  limits: () => ['r /proc/self/cgroup /proc/self/limits /proc/sys/fs/file-nr', CGROUPS],
  files: () => [DPKG, ETC],
  users: () => ['r /etc/passwd', 'r /etc/group'],
  logs: () => [SYSTEMD, PROCESSES, INIT_SCRIPTS, ALL_SERVICES, LOGS, JOURNAL],
  system: () => [
    'r /etc/os-release /proc/sys/kernel/ostype /proc/sys/kernel/osrelease /proc/loadavg /proc/stat',
    'r /proc/net/fib_trie /proc/net/if_inet6',
    't uname -m',
    't nproc',
    'w 1 /var/lib/apt/lists',
  ],
  containers: ({ env }) => [
    'y /.dockerenv /run/.containerenv /run/systemd/container /usr/bin/podman',
    'y /var/run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock /run/k3s/containerd/containerd.sock',
    ...(env.XDG_RUNTIME_DIR ? [each('y', [`${env.XDG_RUNTIME_DIR}/podman/podman.sock`])] : []),
    'r /run/systemd/container /proc/1/cgroup',
  ],
  kubernetes: (from) => [each('r', kubeconfigPaths(from))],
};

const ALL_SERVICES = `if [ -d /run/systemd/system ]; then
  ${tool('systemctl', ['show', `--property=${PROPERTIES}`, '--', '*.service'])}
fi`;

/** Only the fields of dpkg's database that are read; descriptions are nine tenths of it. */
const DPKG = `f=/var/lib/dpkg/status
if [ -r $f ]; then
  h read $f
  grep -E '^(Package|Version|Status|Architecture): |^Conffiles:|^ /|^$' $f | head -c "$most"
else n $f; fi`;

const OTHER_PACKAGES = `f=/lib/apk/db/installed
if [ -r $f ]; then h read $f; grep -E '^[PV]:|^$' $f | head -c "$most"; else n $f; fi
[ -r /var/lib/dpkg/status ] || [ -r $f ] || ${tool(RPM_QUERY[0], RPM_QUERY.slice(1))}`;

/** A dead server would never answer, so network file systems are skipped, as are mounts whose name contains escapes. */
const FREE_SPACE = `set --
while read -r _ _ _ _ mount _ rest; do
  rest=\${rest#*- }
  case \${rest%% *} in ${remoteTypes()}) [ "$mount" = / ] || continue ;; esac
  case $mount in *\\\\*) continue ;; esac
  set -- "$@" "$mount"
done </proc/self/mountinfo
h rooms .; $T stat -f -c '%S %b %a %c %d %n' "$@"`;

function remoteTypes(): string {
  return ['nfs', 'nfs4', 'cifs', 'smb3', 'smb', 'ceph', 'glusterfs', 'afs', '9p', 'fuse.*']
    .filter((type) => type === 'fuse.*' || type === 'smb' || REMOTE.test(type))
    .join('|');
}

/** Files of the own cgroup and its ancestors, v2 or v1 (scopes/limits). */
const CGROUPS = `y /sys/fs/cgroup/cgroup.controllers
up() {
  at=$2
  while :; do
    if [ "$at" = / ]; then folder=$1; else folder=$1$at; fi
    y "$folder"
    for file in $3; do r "$folder/$file"; done
    [ "$at" = / ] && break
    at=\${at%/*}; at=\${at:-/}
  done
}
while IFS=: read -r id kinds path; do
  case $path in /*) ;; *) continue ;; esac
  if [ "$id" = 0 ]; then
    root=/sys/fs/cgroup; [ -e $root/cgroup.controllers ] || root=/sys/fs/cgroup/unified
    up $root "$path" 'memory.max memory.current memory.events memory.swap.max memory.swap.current pids.max pids.current pids.events cpu.max cpu.stat'
    continue
  fi
  for kind in memory pids cpu; do
    case ,$kinds, in *,$kind,*) ;; *) continue ;; esac
    case $kind in
      memory) files='memory.limit_in_bytes memory.usage_in_bytes memory.oom_control' ;;
      pids) files='pids.max pids.current pids.events' ;;
      cpu) files='cpu.cfs_quota_us cpu.cfs_period_us cpu.stat' ;;
    esac
    up /sys/fs/cgroup/$kind "$path" "$files"
  done
done </proc/self/cgroup`;

/** Programs keep very many generated links in these two folders. */
const PRUNED = `-path '/etc/ssl/certs/*' -prune -o -path '/etc/alternatives/*' -prune -o`;

/** Contents are hashed on the box. In blocks of 512 bytes; larger files are compared by size and time only. */
const ETC = `h walk99 /etc; find /etc ${PRUNED} -exec stat -c "$F" {} + | head -n ${MAX_ENTRIES + 2}
h links .; find /etc ${PRUNED} -type l -exec sh -c 'for f do printf "%s\\n" "$f"; readlink "$f" || echo; done' sh {} +
[ "$(id -u)" = 0 ] || {
  h closed .
  find /etc ${PRUNED} '(' -type d -o -type f ')' -exec sh -c 'for f do
    if [ -d "$f" ]; then [ -r "$f" ] && [ -x "$f" ]; else [ -r "$f" ]; fi || printf "%s\\n" "$f"; done' sh {} +
}
for sum in md5 sha256; do
  h $sum .; find /etc ${PRUNED} -type f -size -${MAX_HASHED_BYTES / 512 + 1} -exec \${sum}sum {} +
done`;

const LOGS = `w 2 /var/log
find -H /var/log -maxdepth 2 -type f -size +0 -mtime -1 ! -name '*.gz' ! -name '*.xz' ! -name '*.old' ! -name '*.[0-9]' \\
  ! -name wtmp ! -name btmp ! -name lastlog ! -name dpkg.log ! -path '/var/log/journal/*' ! -path '/var/log/apt/*' \\
  -exec stat -c '%Y %n' {} + | sort -rn | head -n 24 | while read -r _ file; do k ${TAIL_BYTES} "$file"; done`;

/** Warnings in the journal, and the journal of the first failed services. */
const JOURNAL = `if [ -d /run/systemd/system ]; then
  ${tool('journalctl', [...JOURNAL_OPTIONS, '-p', 'warning'])}
  systemctl list-units --type=service --state=failed --plain --no-legend | head -n 20 | while read -r unit _; do
    t journalctl ${JOURNAL_OPTIONS.join(' ')} -u "\${unit%.service}"
  done
fi`;
