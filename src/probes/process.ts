import type { ProbeKind } from './probe-kind.ts';

export const process: ProbeKind<'process'> = {
  docs: { syntax: 'NAME running', summary: 'a process of that name runs', agents: 'everything' },
  read: (reader) => {
    const name = reader.value('the name of a process');
    if (reader.more()) reader.keyword(['running']);
    return { kind: 'process', name };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `process ${name}`,
  looser: () => [],
  cannotFail: () => undefined,
};
