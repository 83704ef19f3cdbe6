import { comparison } from './line/comparison.ts';
import type { ProbeKind } from './probe-kind.ts';

export const sysctl: ProbeKind<'sysctl'> = {
  docs: {
    syntax: 'KEY = VALUE',
    summary: 'the running kernel has this setting (`=`, `!=`, `<`, `<=`, `>`, `>=`)',
    agents: 'everything',
  },
  read: (reader) => ({ kind: 'sysctl', key: reader.value('a kernel setting'), ...comparison(reader) }),
  wait: () => ({ kind: 'again' }),
  reach: ({ key }) =>
    /^[\w.-]+(?:\/[\w.-]+)*$/.test(key) && !key.includes('..')
      ? { kind: 'open' }
      : { kind: 'refused', reason: 'the name of a kernel setting has letters, digits, dots, `-` and `_`' },
  sendsText: false,
  subject: ({ key }) => `sysctl ${key}`,
  looser: (old, now) =>
    old.comparator === now.comparator && old.value === now.value
      ? []
      : [`${old.comparator} ${old.value} became ${now.comparator} ${now.value}`],
  cannotFail: () => undefined,
};
