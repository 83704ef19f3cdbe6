import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Machine } from '../machine.ts';
import { answers } from './answers.ts';
import { networkError, requestLimit } from './network-errors.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Connects once from the machine and closes. */
export const probeTcp: EvaluateProbe<'tcp'> = async (probe, context, machine) => {
  const target = probe.host.includes(':') ? `[${probe.host}]:${probe.port}` : `${probe.host}:${probe.port}`;
  const say = answers(`a connection to ${target}`);
  try {
    const socket = await dial(machine, probe.host, probe.port, requestLimit(context.signal));
    socket.destroy();
    return say.pass('open', `${target} accepts connections`);
  } catch (error) {
    const failure = networkError(error);
    return say[failure.verdict](failure.class, `${failure.what} (${target})`);
  }
};

/**
 * Opens a connection from the machine to a host.
 * @throws the system's error, or the signal's reason on timeout
 */
export async function dial(
  machine: Machine,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  if (machine.connect) return machine.connect(host, port, signal);
  const socket = connect({ host, port });
  const giveUp = () => socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return socket;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

export const tcpEvaluation: ProbeEvaluation<'tcp'> = {
  evaluate: probeTcp,
  fragments: () => [],
};
