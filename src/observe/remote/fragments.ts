import { quoted } from './quoted.ts';

/** Every process: its user, its stat line, its command line. */
export const PROCESSES = `h procs .; stat -c '%u %n' /proc/[0-9]*
m /proc/[0-9]*/stat
m /proc/[0-9]*/cmdline
r /proc/self/auxv /proc/stat
if ls /proc/1 >/dev/null; then h folder /proc/1; else h denied /proc/1; fi`;

/** Sockets, and which processes hold them. */
export const SOCKETS = `r /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
h fds .; ls -ln /proc/[0-9]*/fd | grep -E '^/proc/|socket:\\['
m /proc/[0-9]*/cgroup`;

/**
 * NAT rules, read only if the kernel does NAT (port-claims), and the files that name the containers that they forward
 * to.
 */
export const NAT = `y /proc/sys/net/netfilter
r /proc/modules /proc/net/fib_trie /proc/net/if_inet6
if [ -e /proc/sys/net/netfilter ] && { ! grep -q '^nf_conntrack ' /proc/modules ||
  grep -Eq '^(ip6?table_nat|nft_chain_nat) [0-9]+ [1-9]' /proc/modules; }; then
  t iptables-save -t nat
  t nft list ruleset
  r /var/lib/containers/storage/overlay-containers/containers.json
  w 1 /var/lib/cni/results; r /var/lib/cni/results/*
  w 1 /var/lib/docker/containers; r /var/lib/docker/containers/*/config.v2.json
fi`;

/** State of services if systemd is not PID 1: their scripts, pid files and run levels. */
export const INIT_SCRIPTS = `if ! [ -d /run/systemd/system ]; then
  for d in /etc/init.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d; do w 1 "$d"; done
  for d in default boot sysinit; do w 1 "/etc/runlevels/$d"; done
  w 2 /run; r /run/*.pid /run/*/*.pid
fi`;

export const SYSTEMD = 'y /run/systemd/system';

/** Runs a program with these arguments. */
export function tool(file: string, args: readonly string[]): string {
  return `t ${[file, ...args].map(quoted).join(' ')}`;
}

/** One script command for many paths. */
export function each(word: string, paths: readonly string[]): string {
  return paths.length === 0 ? '' : `${word} ${paths.map(quoted).join(' ')}`;
}
