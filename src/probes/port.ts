import { portSlot } from './line/port-number.ts';
import { expectLooser } from './looser.ts';
import type { ProbeKind } from './probe-kind.ts';

export const port: ProbeKind<'port'> = {
  docs: {
    syntax: 'PORT owner NAME|free|open',
    summary: 'a process of that name holds the port, no one listens, or someone does',
    agents: 'everything',
  },
  read: (reader) => {
    const target = reader.slot(portSlot);
    const expect = reader.keyword(['owner', 'free', 'open', 'listening']);
    if (expect === 'free') return { kind: 'port', ...target, expect: { kind: 'free' } };
    if (expect !== 'owner') return { kind: 'port', ...target, expect: { kind: 'taken' } };
    return { kind: 'port', ...target, expect: { kind: 'owner', owner: reader.value("the owner's name") } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: (probe) => `port ${probe.port}/${probe.protocol}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'taken'),
  cannotFail: () => undefined,
};
