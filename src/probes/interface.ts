import { expectLooser } from './looser.ts';
import type { ProbeKind } from './probe-kind.ts';

export const interfaceKind: ProbeKind<'interface'> = {
  docs: {
    syntax: 'NAME up|address ADDRESS',
    summary: 'a network interface is up, or has this address',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of an interface');
    const what = reader.keyword(['up', 'address']);
    if (what === 'up') return { kind: 'interface', name, expect: { kind: what } };
    return { kind: 'interface', name, expect: { kind: what, value: reader.value('an address') } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `interface ${name}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'up'),
  cannotFail: ({ name, expect }) =>
    name === 'lo' && expect.kind === 'up' ? 'lo is up on every box' : undefined,
};
