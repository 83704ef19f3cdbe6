import { expectLooser } from './looser.ts';
import type { ProbeKind } from './probe-kind.ts';

export const user: ProbeKind<'user'> = {
  docs: {
    syntax: 'NAME exists|absent|uid NUMBER|group NAME|home PATH|shell PATH',
    summary: 'a user exists, is absent, or has this id, group, home or shell',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a user');
    const what = reader.keyword(['exists', 'absent', 'uid', 'group', 'home', 'shell']);
    if (what === 'exists' || what === 'absent') return { kind: 'user', name, expect: { kind: what } };
    return { kind: 'user', name, expect: { kind: what, value: reader.value(`the ${what} of the user`) } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `user ${name}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'exists'),
  cannotFail: ({ name, expect }) =>
    name === 'root' && expect.kind === 'exists' ? 'root exists on every box' : undefined,
};

export const group: ProbeKind<'group'> = {
  docs: {
    syntax: 'NAME exists|absent|gid NUMBER',
    summary: 'a group exists, is absent, or has this id',
    agents: 'everything',
  },
  read: (reader) => {
    const name = reader.value('the name of a group');
    const what = reader.keyword(['exists', 'absent', 'gid']);
    if (what !== 'gid') return { kind: 'group', name, expect: { kind: what } };
    return { kind: 'group', name, expect: { kind: what, value: reader.value('the id of the group') } };
  },
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `group ${name}`,
  looser: (old, now) => expectLooser(old.expect, now.expect, 'exists'),
  cannotFail: ({ name, expect }) =>
    name === 'root' && expect.kind === 'exists' ? 'root exists on every box' : undefined,
};
