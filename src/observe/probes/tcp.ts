import { connect } from 'node:net';
import { answers } from './answers.ts';
import { askLimit, networkTrouble } from './network-trouble.ts';
import type { Ask } from './probe-of.ts';

/** Connects once and hangs up. */
export const askTcp: Ask<'tcp'> = (probe, context) => {
  const target = probe.host.includes(':') ? `[${probe.host}]:${probe.port}` : `${probe.host}:${probe.port}`;
  const say = answers(`a connection to ${target}`);
  return new Promise((resolve) => {
    const signal = askLimit(context.signal);
    const socket = connect({ host: probe.host, port: probe.port });
    const giveUp = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    socket.on('connect', () => {
      resolve(say.pass('open', `${target} accepts connections`));
      socket.destroy();
    });
    socket.on('error', (error) => {
      const trouble = networkTrouble(error);
      resolve(say[trouble.verdict](trouble.class, `${trouble.what} (${target})`));
    });
    socket.on('close', () => signal.removeEventListener('abort', giveUp));
  });
};
