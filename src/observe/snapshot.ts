import type { ClusterObservation } from '../model/cluster/cluster-observation.ts';
import {
  type FactOf,
  type Facts,
  SCOPE_NAMES,
  type Scope,
  SNAPSHOT_SCHEMA,
  type Snapshot,
} from '../model/facts/snapshot.ts';
import { accountNames } from './account-files.ts';
import { evidenceStem } from './evidence-stem.ts';
import { localMachine } from './local-machine.ts';
import type { Machine } from './machine.ts';
import { listeners } from './ports/ports.ts';
import { processes } from './processes.ts';
import { redactText } from './redact/redact.ts';
import { observeContainers } from './scopes/containers.ts';
import { observeDisk } from './scopes/disk.ts';
import { readDpkg } from './scopes/dpkg.ts';
import { observeFiles } from './scopes/files.ts';
import { observeKubernetes } from './scopes/kubernetes.ts';
import { observeLimits } from './scopes/limits.ts';
import { observeListeners } from './scopes/listeners.ts';
import { observeLogs } from './scopes/logs.ts';
import { observeMemory } from './scopes/memory.ts';
import type { Observed, Observer, Sources } from './scopes/observer.ts';
import { observePackages } from './scopes/packages.ts';
import { observeProcesses } from './scopes/processes.ts';
import { observeServices } from './scopes/services.ts';
import { observeSystem } from './scopes/system.ts';
import { observeUsers } from './scopes/users.ts';
import { listServices } from './services.ts';

/** What to observe, and how. */
export interface ObserveOptions {
  /** Default: this machine. A remote one has been read before (remote/remote-observe). */
  readonly machine?: Machine;
  /** Default: all. */
  readonly scopes?: readonly Scope[];
  /** Only KUBECONFIG, HOME, XDG_RUNTIME_DIR and the like are read; no value is stored. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly folder: string;
  /** Key for hashing files, the same for all snapshots that are compared. Without it, files have no hash. */
  readonly key?: string;
  /** Queries the box's cluster; without it, only the names of contexts are reported. */
  readonly cluster?: () => Promise<ClusterObservation>;
  /** Facts kept per scope, the most relevant; default 2,000, enough to compare whole boxes. */
  readonly maxItems?: number;
}

const DEFAULT_MOST = 2000;

/** One row per scope. */
const OBSERVERS: { readonly [S in Scope]: Observer<S> } = {
  listeners: observeListeners,
  processes: observeProcesses,
  services: observeServices,
  packages: observePackages,
  disk: observeDisk,
  memory: observeMemory,
  limits: observeLimits,
  files: observeFiles,
  users: observeUsers,
  logs: observeLogs,
  system: observeSystem,
  containers: observeContainers,
  kubernetes: observeKubernetes,
};

/**
 * Observes this box once, all scopes in parallel, and changes nothing. Never throws: what could not be read is in
 * `unavailable`, with the reason. Reads /proc and files directly and runs few programs, so that it takes about 100 ms.
 * Contains no environment, no file content and no secret-like value of a command line or log.
 */
export async function observe(options: ObserveOptions): Promise<Snapshot> {
  const now = new Date();
  const started = performance.now();
  const sources = shareSources(options);
  const scopes = SCOPE_NAMES.filter((scope) => options.scopes?.includes(scope) ?? true);
  const seen = await Promise.all(scopes.map((scope) => observeScope(scope, sources)));
  const stem = evidenceStem(now);
  const numbered = number(stem, scopes, seen, options.maxItems ?? DEFAULT_MOST);
  return {
    schema: SNAPSHOT_SCHEMA,
    id: `sn-${stem}`,
    at: now.toISOString(),
    ms: Math.round(performance.now() - started),
    scopes,
    ...numbered,
    unavailable: scopes.flatMap((scope, index) =>
      (seen[index]?.unavailable ?? []).map((reason) => ({ scope, reason })),
    ),
  };
}

/** The snapshot of a box that could not be read at all. */
export function unseen(scopes: readonly Scope[], reason: string): Snapshot {
  const now = new Date();
  return {
    schema: SNAPSHOT_SCHEMA,
    id: `sn-${evidenceStem(now)}`,
    at: now.toISOString(),
    ms: 0,
    scopes: [...scopes],
    facts: {},
    more: {},
    unavailable: scopes.map((scope) => ({ scope, reason: redactText(reason) })),
  };
}

function shareSources({ env, folder, key, cluster, machine = localMachine }: ObserveOptions): Sources {
  const running = once(() => processes(machine));
  return {
    ...(cluster && { cluster }),
    machine,
    env,
    folder,
    ...(key !== undefined && { key }),
    now: machine.now,
    listeners: once(() => listeners(machine)),
    processes: running,
    services: once(() => listServices(machine, running)),
    dpkg: once(() => readDpkg(machine)),
    users: once(() => accountNames(machine, 'passwd')),
  };
}

function once<T>(read: () => T): () => T {
  let answer: { value: T } | undefined;
  return () => {
    answer ??= { value: read() };
    return answer.value;
  };
}

async function observeScope(scope: Scope, sources: Sources): Promise<Observed<Scope>> {
  try {
    return await OBSERVERS[scope](sources);
  } catch (error) {
    return { facts: [], unavailable: [redactText(error instanceof Error ? error.message : String(error))] };
  }
}

/** Limits each scope and gives every fact its id. */
function number(
  stem: string,
  scopes: readonly Scope[],
  seen: readonly Observed<Scope>[],
  most: number,
): Pick<Snapshot, 'facts' | 'more'> {
  const facts: { [S in Scope]?: unknown[] } = {};
  const more: Snapshot['more'] = {};
  let last = 0;
  for (const [index, scope] of scopes.entries()) {
    const { facts: found, unavailable = [], more: left = 0 } = seen[index]!;
    // No facts means an empty scope only if the scope could be read.
    if (found.length === 0 && unavailable.length > 0) continue;
    facts[scope] = found
      .slice(0, most)
      .map((fact) => ({ id: `ev-${stem}-${(++last).toString(36)}`, ...fact }) as FactOf<Scope>);
    if (found.length > most || left > 0) more[scope] = Math.max(0, found.length - most) + left;
  }
  return { facts: facts as Facts, more };
}
