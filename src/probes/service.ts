import type { ProbeKind } from './probe-kind.ts';

export const service: ProbeKind<'service'> = {
  docs: {
    syntax: 'NAME active|enabled',
    summary: 'a service runs, or starts at boot',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a service');
    const word = reader.keyword(['active', 'enabled', 'running', 'started']);
    return { kind: 'service', name, state: word === 'enabled' ? word : 'active' };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `service ${name}`,
  looser: (old, now) => (now.state === old.state ? [] : [`${old.state} is no longer checked`]),
  cannotFail: () => undefined,
};
