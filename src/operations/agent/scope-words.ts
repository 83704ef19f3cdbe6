import { nearest } from '../../base/nearest.ts';
import { usageError } from '../../model/diagnostic.ts';
import { SCOPE_NAMES, type Scope } from '../../model/facts/snapshot.ts';

/** What agents call the scopes of an observation, by the scope. */
const WORDS: Readonly<Record<Scope, string>> = {
  listeners: 'listener listening port ports socket sockets net network firewall',
  processes: 'process proc procs ps',
  services: 'service systemd unit units daemons',
  packages: 'package apt dpkg rpm apk software',
  disk: 'disks df mounts filesystem filesystems storage',
  memory: 'mem ram swap oom',
  limits: 'limit ulimit cgroup cgroups',
  files: 'file config configs configuration etc /etc',
  users: 'user groups accounts',
  logs: 'log journal journald',
  system: 'os kernel cpu load host uname time env environment',
  containers: 'container docker podman',
  kubernetes: 'k8s kube cluster pods nodes events',
};

const known = new Map(
  SCOPE_NAMES.flatMap((scope) => [scope, ...WORDS[scope].split(' ')].map((word) => [word, scope] as const)),
);

/**
 * The scopes that an agent asks for in its own words; undefined: all of them.
 * @throws RunbookError 64 for a word that names none
 */
export function scopesOf(words: readonly string[] | undefined): Scope[] | undefined {
  if (words === undefined || words.length === 0 || words.includes('all')) return undefined;
  return [...new Set(words.map(scopeOf))];
}

function scopeOf(word: string): Scope {
  const scope = known.get(word.trim().toLowerCase());
  if (scope) return scope;
  const close = nearest(word, [...known.keys()]);
  throw usageError(
    'unknown-scope',
    `A scope must be one of ${SCOPE_NAMES.join(', ')}; ${JSON.stringify(word.slice(0, 60))} is not.`,
    close === undefined ? 'Leave scopes out to observe all of them.' : `Did you mean "${known.get(close)}"?`,
  );
}
