import { listeningSockets } from '../ports/ports.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Reads from the kernel at which addresses something listens on a port. Opens no connection. */
export const probeListening: EvaluateProbe<'listening'> = async (probe, _context, machine) => {
  const { port, protocol, address } = probe;
  const say = answers(`a listener on ${protocol} ${bracketed(address)}:${port}`);
  if (!machine.hasProc) return say.unknown('unsupported', 'the sockets of this machine cannot be read');
  const own = listeningSockets(machine).filter((each) => each.port === port && each.protocol === protocol);
  if (own.length === 0) return say.fail('free', `nothing listens on ${protocol} port ${port}`);
  const seen = [...new Set(own.map((each) => bracketed(each.address)))].join(', ');
  const wanted = address.replace(/^\[|\]$/g, '').replace(/^\*$/, '0.0.0.0');
  const isThere = own.some(
    (each) => each.address === wanted || (wanted === '0.0.0.0' && each.address === '::'),
  );
  return isThere
    ? say.pass('listening', `listens on ${seen}`)
    : say.fail('other-address', `listens on ${seen} only`);
};

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

export const listeningEvaluation: ProbeEvaluation<'listening'> = {
  evaluate: probeListening,
  fragments: () => ['r /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6'],
};
