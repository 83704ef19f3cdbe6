import { quantity } from '../../base/quantity.ts';
import { byteSize, milliseconds } from './measure.ts';

/**
 * One value that says how long something may take.
 *
 * `delay`: it is waited out, or asked again so often: absent means none. `deadline`: waiting ends then: absent means a
 * default or never, so a new one is no raise.
 */
export interface Wait {
  readonly kind: 'delay' | 'deadline';
  /** What carries it, without place: `sleep`, `kubectl --timeout`, `initialDelaySeconds`. */
  readonly slot: string;
  readonly ms: number;
  /** `shell`, `fence`: the action waits for it, so it cannot outlast the action. `before`: a step before it did. */
  readonly where: 'shell' | 'fence' | 'tree' | 'check' | 'before';
}

/** One value that says how much of a resource something gets: cores or bytes. */
export interface Size {
  readonly resource: 'cpu' | 'memory' | 'storage';
  readonly slot: string;
  readonly amount: number;
  /** Taking it away lifts the limit altogether. */
  readonly isLimit: boolean;
}

/** What a knob sets. `count` of tries and `interval` between them belong together: their product is waited. */
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

/** What the name of a flag, key or variable has to do with waiting; undefined: nothing. Leading dashes do not matter. */
export function waitRole(name: string): WaitRole | undefined {
  const bare = name.replace(/^-+/, '');
  const plain = /^[A-Z0-9_]+$/.test(bare) ? bare.toLowerCase() : bare;
  return ROLES.find(([, names]) => names.test(plain))?.[0];
}

/** The value of a wait knob: milliseconds, or a number for `count`. `-1` and `infinity` have no end. */
export function waitValue(role: WaitRole, name: string, text: string): number | undefined {
  if (text === '-1') return Number.POSITIVE_INFINITY;
  if (role === 'count') return /^\d+$/.test(text) ? Number(text) : undefined;
  return milliseconds(text, /(?:[-_]ms|Ms|MS|[mM]illis|[mM]illi[sS]econds)$/.test(name) ? 'ms' : 's');
}

/** Tries times interval; one of them alone is taken with what most programs assume for the other. */
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

/** Which resource a flag or key measures out; undefined: none. */
export function resourceOf(name: string): Size['resource'] | undefined {
  const bare = name.replace(/^-+/, '');
  return RESOURCES.find(([, names]) => names.test(bare))?.[0];
}

/** The amount: as Kubernetes writes it, else as Docker does. `50%` of a CPU is half a core. */
export function amountOf(resource: Size['resource'], text: string): number | undefined {
  const percent = /^(\d+)%$/.exec(text);
  if (percent) return resource === 'cpu' ? Number(percent[1]) / 100 : undefined;
  if (resource !== 'cpu' && /^\d+(?:\.\d+)?m$/.test(text)) return byteSize(text);
  return quantity(text) ?? byteSize(text);
}
