import { quantity } from '../../base/quantity.ts';
import { byteSize, milliseconds } from './measure.ts';

/**
 * A value that says how long something may take. `delay`: always waited, or retried that often; absent means none.
 * `deadline`: waiting ends then; absent means a default or no limit, so adding one is not an increase.
 */
export interface ScriptWait {
  readonly kind: 'delay' | 'deadline';
  /** The option or command, without its place: `sleep`, `kubectl --timeout`, `initialDelaySeconds`. */
  readonly slot: string;
  readonly ms: number;
  /**
   * `shell`, `fence`: the action waits, so the wait cannot be longer than the action. `before`: an earlier step
   * waited.
   */
  readonly where: 'shell' | 'fence' | 'tree' | 'check' | 'before';
}

/** A value that says how much of a resource something gets, in cores or bytes. */
export interface Size {
  readonly resource: 'cpu' | 'memory' | 'storage';
  readonly slot: string;
  readonly amount: number;
  /** Removing it removes the limit. */
  readonly isLimit: boolean;
}

/** What an option sets. `count` (of tries) and `interval` belong together: the wait is their product. */
export type WaitRole = 'delay' | 'deadline' | 'count' | 'interval';

const ROLES: readonly (readonly [role: WaitRole, names: RegExp])[] = [
  [
    'count',
    /^(?:max[-_]?)?(?:retry|retries|tries|attempts|max[-_]?(?:retry|retries|tries|attempts))(?:[-_]?(?:count|limit|max))?$/i,
  ],
  [
    'count',
    /(?:[-_.]|^)(?:failure[-_]?threshold|backoff[-_]?limit|start[-_]?limit[-_]?burst|retries|tries|attempts)$|(?:Retries|Attempts|Tries)$/i,
  ],
  [
    'delay',
    /^(?:initial[-_]?delay|min[-_]?ready|start[-_]?period|startup[-_]?delay|restartSec|wait|settle\w*|warm[-_]?up\w*)(?:[-_]?(?:seconds|secs?|ms))?$/i,
  ],
  [
    'interval',
    /^(?:.*[-_])?(?:delay|interval|backoff|period|waitretry|poll|sleep)(?:[-_]?(?:seconds|secs?|ms|millis|time))?$|^(?:period|poll\w*|retry\w*|restart\w*)(?:seconds|interval|delay|backoff|sec|period)$/i,
  ],
  [
    'deadline',
    /time[-_]?out|max[-_]?time|dead[-_]?line|grace[-_]?period|wait[-_]?(?:for|time|seconds)|^TimeoutStartSec$|lock[-_]wait/i,
  ],
];

/** The role of a flag, key or variable name for waiting. Undefined: none. Leading dashes are ignored. */
export function waitRole(name: string): WaitRole | undefined {
  const bare = name.replace(/^-+/, '');
  const plain = /^[A-Z0-9_]+$/.test(bare) ? bare.toLowerCase() : bare;
  return ROLES.find(([, names]) => names.test(plain))?.[0];
}

/** The value of a wait option: milliseconds, or a number for `count`. `-1` and `infinity` mean no end. */
export function waitValue(role: WaitRole, name: string, text: string): number | undefined {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  if (role === 'count') return /^\d+$/.test(text) ? Number(text) : undefined;
  return milliseconds(text, /(?:[-_]ms|Ms|MS|[mM]illis|[mM]illi[sS]econds)$/.test(name) ? 'ms' : 's');
}

/** Tries times interval. If one of them is missing, its usual default is used. */
export function waitedByTries(count: number | undefined, intervalMs: number | undefined): number {
  return (count ?? 1) * (intervalMs ?? 1000);
}

const RESOURCES: readonly (readonly [resource: Size['resource'], names: RegExp])[] = [
  [
    'memory',
    /(?:^|[-_.])(?:memory|mem|mem[-_]limit|memory[-_](?:limit|swap|reservation)|shm[-_]size|heap|max[-_]old[-_]space[-_]size|xmx)$|^MemoryMax$|^MemoryHigh$/i,
  ],
  ['cpu', /(?:^|[-_.])(?:cpu|cpus|cpu[-_]limit)$|^CPUQuota$/i],
  [
    'storage',
    /(?:^|[-_.])(?:storage|ephemeral-storage|disk|disk[-_]size|storage[-_]size|volume[-_]size|sizeLimit)$/i,
  ],
];

/** The resource that a flag or key limits. Undefined: none. */
export function resourceOf(name: string): Size['resource'] | undefined {
  const bare = name.replace(/^-+/, '');
  return RESOURCES.find(([, names]) => names.test(bare))?.[0];
}

/** Parses an amount as Kubernetes writes it, else as Docker does. `50%` of a CPU is half a core. */
export function amountOf(resource: Size['resource'], text: string): number | undefined {
  const percent = /^(\d+)%$/.exec(text);
  if (percent) return resource === 'cpu' ? Number(percent[1]) / 100 : undefined;
  if (resource !== 'cpu' && /^\d+(?:\.\d+)?m$/.test(text)) return byteSize(text);
  return quantity(text) ?? byteSize(text);
}
