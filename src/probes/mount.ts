import { expectLooser } from './looser.ts';
import type { ProbeKind } from './probe-kind.ts';

export const mount: ProbeKind<'mount'> = {
  docs: {
    syntax: 'PATH exists|type NAME|option NAME|source DEVICE',
    summary: 'a file system is mounted at the path, of this type, with this option, from this source',
    agents: 'everything',
  },
  read: (reader) => {
    const path = reader.value('a path');
    const what = reader.keyword(['exists', 'type', 'option', 'source']);
    if (what === 'exists') return { kind: 'mount', path, expect: { kind: what } };
    return { kind: 'mount', path, expect: { kind: what, value: reader.value(`the ${what} of the mount`) } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ path }) => `mount ${path}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'exists'),
  cannotFail: ({ path, expect }) =>
    path === '/' && expect.kind === 'exists' ? 'something is mounted at / on every box' : undefined,
};
