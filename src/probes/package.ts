import { expectLooser } from './looser.ts';
import type { ProbeKind } from './probe-kind.ts';

export const packageKind: ProbeKind<'package'> = {
  docs: {
    syntax: 'NAME installed|absent|version >= VERSION',
    summary: 'a package of apt, rpm or apk is installed, in a version that compares as written',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a package');
    const what = reader.keyword(['installed', 'absent', 'version']);
    if (what !== 'version') return { kind: 'package', name, expect: { kind: what } };
    const comparator = reader.keyword(['=', '!=', '<=', '>=', '<', '>']);
    return { kind: 'package', name, expect: { kind: what, comparator, value: reader.value('a version') } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `package ${name}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'installed'),
  cannotFail: () => undefined,
};
