import { z } from 'zod';
import { ClusterFact } from '../cluster/cluster-facts.ts';

/** Version of the stored format. Snapshots of a newer version are rejected. */
export const SNAPSHOT_SCHEMA = 1;

/** The scopes of an observation and their contents, in report order. */
export const SCOPES = {
  listeners: 'listening sockets with owner and address, and ports claimed by NAT or host-port rules',
  processes: 'processes with argv (masked), the owners of listeners and the largest first',
  services: 'services and their state, failed ones first, under systemd or not',
  packages: 'installed packages and versions (dpkg, rpm, apk)',
  disk: 'mounted file systems: bytes and inodes, size and free space, whether read-only',
  memory: 'memory, swap and OOM kills',
  limits: 'limits of the cgroup and of a process: memory, processes, CPU, open files',
  files: 'files in /etc that differ from their package, as path, size, time and keyed hash',
  users: 'users, their groups and shells',
  logs: 'last lines of the journal, of recently written logs and of failed services (masked)',
  system: 'operating system, kernel, CPUs, load, time',
  containers: 'whether this box is a container, and the container engines that it can reach',
  kubernetes:
    'contexts of kubeconfig files; for clusters that a person has allowed: nodes, workloads that are not ready, pods with their last end, events, quotas, services, claims, host ports, pull access, conflicting field managers',
} as const;

export type Scope = keyof typeof SCOPES;
export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];

/** Findings and hypotheses cite a fact by this id. */
const evidence = { id: z.string() };

const listener = z.object({
  ...evidence,
  protocol: z.enum(['tcp', 'udp']),
  /** As bound: `0.0.0.0`, `::`, `127.0.0.1`. */
  address: z.string(),
  port: z.int(),
  /** Absent if the owner is not visible: no permission, another pid namespace, or a kernel rule. */
  pid: z.int().optional(),
  /** The owner's program, or the rule that claims the port: `nginx`, `docker-proxy`, `CNI-HOSTPORT-DNAT`. */
  owner: z.string().optional(),
  /** systemd service of the owner without `.service`. */
  unit: z.string().optional(),
  /** `socket`: a process listens. Otherwise a rule captures the port without a listening process. */
  via: z.string(),
});

const processFact = z.object({
  ...evidence,
  pid: z.int(),
  ppid: z.int(),
  name: z.string(),
  /** Masked. */
  argv: z.array(z.string()),
  user: z.string().optional(),
  /** Resident memory. */
  bytes: z.int().optional(),
});

const service = z.object({
  ...evidence,
  name: z.string(),
  state: z.enum(['active', 'inactive', 'failed', 'starting', 'unknown']),
  /** Starts at boot. Absent: unknown. */
  enabled: z.boolean().optional(),
  /** `systemd`, `sysv`, … */
  manager: z.string(),
  /** One line: result, exit status, main pid. */
  detail: z.string().optional(),
});

const packageFact = z.object({
  ...evidence,
  name: z.string(),
  version: z.string(),
  manager: z.enum(['dpkg', 'rpm', 'apk']),
});

const disk = z.object({
  ...evidence,
  mount: z.string(),
  source: z.string(),
  type: z.string(),
  readOnly: z.boolean(),
  bytes: z.number(),
  /** What an unprivileged user may still write. */
  freeBytes: z.number(),
  /** 0: the file system has no fixed number of inodes. */
  inodes: z.number(),
  freeInodes: z.number(),
});

const memory = z.object({
  ...evidence,
  bytes: z.number(),
  availableBytes: z.number(),
  swapBytes: z.number(),
  swapFreeBytes: z.number(),
  /** Processes killed by the kernel for lack of memory since boot. Absent: the kernel does not count them. */
  oomKills: z.int().optional(),
});

const limit = z.object({
  ...evidence,
  /** `memory`, `swap`, `processes`, `cpu`, `open-files`, `open-files-system`. */
  name: z.string(),
  /** Its source: a cgroup path or `/proc/self/limits`. */
  source: z.string(),
  unit: z.string(),
  /** Absent: unlimited. */
  value: z.number().optional(),
  used: z.number().optional(),
  /** OOM kills in that cgroup, times that the process limit was reached, or throttled CPU periods. */
  hits: z.number().optional(),
  /** CPU only: total number of periods, for comparison with `hits`. */
  periods: z.number().optional(),
});

const file = z.object({
  ...evidence,
  path: z.string(),
  /**
   * `edited`: differs from its package. `own`: belongs to no package. `missing`: belongs to a package, but was
   * deleted.
   */
  state: z.enum(['edited', 'own', 'missing']),
  package: z.string().optional(),
  bytes: z.number().optional(),
  /** ISO 8601. */
  modified: z.string().optional(),
  /** Keyed hash of the content, so that files can be compared without storing the content. */
  hash: z.string().optional(),
  /** Target of a symlink. */
  link: z.string().optional(),
});

const user = z.object({
  ...evidence,
  name: z.string(),
  uid: z.int(),
  groups: z.array(z.string()),
  home: z.string(),
  shell: z.string(),
});

const log = z.object({
  ...evidence,
  /** A path, or `journal`. */
  source: z.string(),
  /** ISO 8601; when the last line was written. */
  modified: z.string(),
  /** The last lines, oldest first, masked and clipped. */
  lines: z.array(z.string()),
});

const system = z.object({
  ...evidence,
  /** `Debian GNU/Linux 12 (bookworm)`. */
  os: z.string(),
  kernel: z.string(),
  /** As in images: `amd64`, `arm64`. */
  architecture: z.string(),
  cpus: z.int(),
  /** The box's own addresses without loopback. */
  addresses: z.array(z.string()),
  /** When apt's package index was last fetched, ISO 8601. null: never. Absent: no apt. */
  packageIndexAt: z.string().nullable().optional(),
  /** Runnable processes, mean of one minute. */
  load: z.number(),
  bootedAt: z.string(),
});

const container = z.object({
  ...evidence,
  /** `inside`: this box is a container. `engine`: a container engine that it can reach. */
  role: z.enum(['inside', 'engine']),
  engine: z.string(),
  /** The evidence: a marker file or a socket's path. */
  detail: z.string(),
});

const facts = z.object({
  listeners: z.array(listener).optional(),
  processes: z.array(processFact).optional(),
  services: z.array(service).optional(),
  packages: z.array(packageFact).optional(),
  disk: z.array(disk).optional(),
  memory: z.array(memory).optional(),
  limits: z.array(limit).optional(),
  files: z.array(file).optional(),
  users: z.array(user).optional(),
  logs: z.array(log).optional(),
  system: z.array(system).optional(),
  containers: z.array(container).optional(),
  kubernetes: z.array(ClusterFact).optional(),
} satisfies Record<Scope, z.ZodType>);

/** The state of a box at one moment. Plain data: stored as JSON next to the journal, compared, cited. */
export const Snapshot = z.object({
  schema: z.literal(SNAPSHOT_SCHEMA),
  /** `sn-…`, unique for the box. The ids of its evidence start with the same characters. */
  id: z.string(),
  /** ISO 8601; when the observation started. */
  at: z.string(),
  ms: z.number(),
  /** The requested scopes. A scope that could not be read at all is in `unavailable` and has no facts. */
  scopes: z.array(z.enum(SCOPE_NAMES)),
  /** By scope, most relevant first. */
  facts,
  /** Number of omitted facts by scope. Absent: none. */
  more: z.partialRecord(z.enum(SCOPE_NAMES), z.int()),
  /** What could not be read, fully or partly, and why. Unknown is not the same as absent. */
  unavailable: z.array(z.object({ scope: z.enum(SCOPE_NAMES), reason: z.string() })),
  /** By path, the state of what the last step may read (observe/step-inputs), for guards. Not a fact of the box. */
  inputs: z.record(z.string(), z.string()).optional(),
});

export type Snapshot = z.infer<typeof Snapshot>;
export type Facts = z.infer<typeof facts>;
/** One fact of a scope, such as `FactOf<"listeners">`. */
export type FactOf<S extends Scope> = NonNullable<Facts[S]>[number];
