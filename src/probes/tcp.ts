import type { Slot } from './line/check-reader.ts';
import { parsePort } from './line/port-number.ts';
import type { ProbeKind } from './probe-kind.ts';

export const tcp: ProbeKind<'tcp'> = {
  docs: {
    syntax: 'HOST:PORT open',
    summary: 'a connection is accepted',
    agents: 'this box, and hosts that a person has listed',
  },
  read: (reader) => {
    const target = reader.slot(HOST_PORT);
    reader.keyword(['open']);
    return { kind: 'tcp', ...target };
  },
  wait: () => ({ kind: 'again' }),
  reach: ({ host }) => ({ kind: 'host', host }),
  sendsText: true,
  subject: ({ host, port }) => `tcp ${host}:${port}`,
  looser: () => [],
  cannotFail: () => undefined,
};

export const HOST_PORT: Slot<{ host: string; port: number }> = {
  what: 'a host and port',
  example: '127.0.0.1:443',
  fallback: { host: '', port: 0 },
  parse: (text) => {
    // An IPv6 address must be in brackets, as in a URL (RFC 3986, section 3.2.2).
    const parts = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([^:/[\]@\s]+)):(\d{1,5})$/.exec(text);
    const port = parsePort(parts?.[3]);
    return parts && port ? { host: parts[1] ?? parts[2]!, port } : undefined;
  },
};
