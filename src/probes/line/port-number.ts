import type { Slot } from './check-reader.ts';

/** A port from 1 to 65535; undefined for anything else. */
export function parsePort(digits: string | undefined): number | undefined {
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** `443`, `443/tcp` or `53/udp`. */
export const portSlot: Slot<{ port: number; protocol: 'tcp' | 'udp' }> = {
  what: 'a port',
  example: '443 or 53/udp',
  fallback: { port: 0, protocol: 'tcp' },
  parse: (text) => {
    const parts = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
    const port = parsePort(parts?.[1]);
    return port ? { port, protocol: parts?.[2] === 'udp' ? 'udp' : 'tcp' } : undefined;
  },
};
