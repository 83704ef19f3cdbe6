import { connect as open } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectOptions } from '../model/box.ts';

export const CONNECT_TIMEOUT_MS = 10_000;

/** Opens a TCP connection from this machine. @throws the system's error, ETIMEDOUT at the deadline */
export function connect(
  host: string,
  port: number,
  { timeoutMs = CONNECT_TIMEOUT_MS, signal }: ConnectOptions = {},
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = open({ host, port, ...(signal ? { signal } : {}) });
    const deadline = setTimeout(() => socket.destroy(connectError('ETIMEDOUT', host, port)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(deadline);
      reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(deadline);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** An error shaped like the system's own. */
export function connectError(code: string, host: string, port: number, why = ''): NodeJS.ErrnoException {
  return Object.assign(new Error(`connect ${code} ${host}:${port}${why && ` (${why})`}`), { code });
}
