import type { ProbeKind } from './probe-kind.ts';

export const timer: ProbeKind<'timer'> = {
  docs: {
    syntax: 'NAME scheduled',
    summary: 'a timer of systemd waits for its next run',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a timer');
    reader.keyword(['scheduled']);
    return { kind: 'timer', name };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `timer ${name}`,
  looser: () => [],
  cannotFail: () => undefined,
};
