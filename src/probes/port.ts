import type { Slot } from './check-reader.ts';
import { expectLooser } from './looser.ts';
import { parsePort } from './port-number.ts';
import type { ProbeKind } from './probe-kind.ts';

export const port: ProbeKind<'port'> = {
  docs: {
    syntax: 'PORT owner NAME|free',
    summary: 'a process of that name holds the port, or no one listens',
    agents: 'everything',
  },
  read: (reader) => {
    const target = reader.slot(PORT);
    const expect = reader.keyword(['owner', 'free']);
    if (expect === 'free') return { kind: 'port', ...target, expect: { kind: 'free' } };
    return { kind: 'port', ...target, expect: { kind: 'owner', owner: reader.value("the owner's name") } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: (probe) => `port ${probe.port}/${probe.protocol}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'taken'),
  cannotFail: () => undefined,
};

const PORT: Slot<{ port: number; protocol: 'tcp' | 'udp' }> = {
  what: 'a port',
  example: '443 or 53/udp',
  fallback: { port: 0, protocol: 'tcp' },
  parse: (text) => {
    const parts = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text);
    const port = parsePort(parts?.[1]);
    return port ? { port, protocol: parts?.[2] === 'udp' ? 'udp' : 'tcp' } : undefined;
  },
};
