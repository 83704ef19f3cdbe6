import { portSlot } from './line/port-number.ts';
import type { ProbeKind } from './probe-kind.ts';

export const listening: ProbeKind<'listening'> = {
  docs: {
    syntax: 'PORT[/udp] on ADDRESS',
    summary: 'a process listens on the port at this address (`0.0.0.0` and `::` mean all)',
    agents: 'everything',
  },
  read: (reader) => {
    const { port, protocol } = reader.slot(portSlot);
    reader.keyword(['on']);
    return { kind: 'listening', port, protocol, address: reader.value('an address') };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ port, protocol }) => `port ${port}/${protocol}`,
  looser: (old, now) => (old.address === now.address ? [] : [`${old.address} became ${now.address}`]),
  cannotFail: () => undefined,
};
