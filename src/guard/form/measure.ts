import { POWERS } from '../../base/quantity.ts';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Parses a time as shells, Go and systemd write it: `5`, `0.5`, `90s`, `1m30s`, `500ms`, `2h`, `infinity`. A bare
 * number has the given unit. Undefined: it is not a time.
 */
export function milliseconds(text: string, bareUnit: 's' | 'ms' = 's'): number | undefined {
  const trimmed = text.trim();
  if (/^inf(?:inity)?$/i.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * UNITS[bareUnit]!;
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|sec|s|min|m|h|d)\s?)+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g))
    total += Number(count) * UNITS[unit!]!;
  return total;
}

/**
 * Parses a size as Docker, the JVM and lvm write it, where letters of either case are powers of 1024: `512m`, `2g`,
 * `1GB`.
 */
export function byteSize(text: string): number | undefined {
  const parts = /^\+?(\d+(?:\.\d+)?)([bkmgtp])?(?:i?b)?$/i.exec(text.trim());
  if (!parts) return undefined;
  const power = 'bkmgtp'.indexOf((parts[2] ?? 'b').toLowerCase());
  return Number(parts[1]) * 1024 ** power;
}

/** Formats a time for people: `90 s`, `1.5 s`, `10 min`; whole if that is exact. */
export function showTime(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'without end';
  if (ms >= 600_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  if (ms >= 10_000 || ms % 1000 === 0) return `${Math.round(ms / 1000)} s`;
  return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Formats a size for people: `512Mi`, `2Gi`, `500m` cores. */
export function showSize(resource: 'memory' | 'cpu' | 'storage', amount: number): string {
  if (amount === Number.POSITIVE_INFINITY) return 'no limit';
  if (resource === 'cpu')
    return Number.isInteger(amount) ? `${amount} CPU` : `${Math.round(amount * 1000)}m CPU`;
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    if (amount >= POWERS[unit]!) return `${Number((amount / POWERS[unit]!).toFixed(2))}${unit}`;
  }
  return `${amount} bytes`;
}
