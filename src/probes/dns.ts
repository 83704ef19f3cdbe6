import type { ProbeKind } from './probe-kind.ts';

export const dns: ProbeKind<'dns'> = {
  docs: {
    syntax: 'NAME resolves [to ADDRESS]',
    summary: 'the box resolves the name, as its programs do (hosts file included), to this address if given',
    agents: 'this box, and hosts that a person has listed',
  },
  read: (reader) => {
    const name = reader.value('a host name');
    reader.keyword(['resolves']);
    if (!reader.more()) return { kind: 'dns', name };
    reader.keyword(['to'], ['within']);
    return { kind: 'dns', name, address: reader.value('an address') };
  },
  wait: () => ({ kind: 'again' }),
  reach: ({ name }) => ({ kind: 'host', host: name }),
  sendsText: true,
  subject: ({ name }) => `dns ${name}`,
  looser: (old, now) =>
    old.address === undefined || old.address === now.address
      ? []
      : [`the address ${old.address} is no longer checked`],
  cannotFail: ({ name, address }) =>
    name === 'localhost' && address === undefined ? 'localhost resolves on every box' : undefined,
};
