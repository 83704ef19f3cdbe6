import { portClaims } from '../ports/port-claims.ts';
import type { Observer, Unnumbered } from './observer.ts';

/** Listening sockets, then ports that kernel rules capture without listening (NAT, host ports). */
export const observeListeners: Observer<'listeners'> = async (sources) => {
  const [sockets, rules] = await Promise.all([sources.listeners(), portClaims(sources.machine)]);
  const listening = sockets.listeners.map(
    ({ protocol, address, port, pid, process, unit }): Unnumbered<'listeners'> => ({
      protocol,
      address,
      port,
      via: 'socket',
      ...(pid !== undefined && { pid }),
      ...(process !== undefined && { owner: process }),
      ...(unit !== undefined && { unit }),
    }),
  );
  const claimed = rules.claims.map(
    ({ protocol, from, chain, names }): Unnumbered<'listeners'> => ({
      protocol,
      address: '0.0.0.0',
      port: from,
      via: chain,
      ...(names[0] !== undefined && { owner: names[0] }),
    }),
  );
  const unavailable = [sockets.unavailable, rules.unavailable].filter((each) => each !== undefined);
  return { facts: [...listening, ...claimed], unavailable };
};
