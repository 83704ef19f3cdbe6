import type { ProbeKind } from './probe-kind.ts';

const ALWAYS_INSTALLED = new Set(['sh', 'true', 'ls', 'cat', 'echo', 'cd']);

export const command: ProbeKind<'command'> = {
  docs: {
    syntax: 'NAME exists',
    summary: 'a program is on the PATH of the fences',
    agents: 'names, not paths',
  },
  read: (reader) => {
    const name = reader.value('the name of a command');
    reader.keyword(['exists']);
    return { kind: 'command', name };
  },
  wait: () => ({ kind: 'again' }),
  // A path could reveal whether any file of the machine exists.
  reach: ({ name }) =>
    name.includes('/') ? { kind: 'refused', reason: 'a command is a name, not a path' } : { kind: 'open' },
  sendsText: false,
  subject: ({ name }) => `command ${name}`,
  looser: () => [],
  cannotFail: ({ name }) => (ALWAYS_INSTALLED.has(name) ? 'that program exists on every box' : undefined),
};
