import { accountRows } from '../account-files.ts';
import type { Machine } from '../machine.ts';
import { tool } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** A line of the name service: the fields of passwd(5) or group(5); null: no such name; undefined: not known. */
async function entry(
  database: 'passwd' | 'group',
  name: string,
  machine: Machine,
): Promise<readonly string[] | null | undefined> {
  const answer = await machine.tool('getent', [database, name]);
  if (answer.kind === 'exit' && answer.code === 0) return answer.stdout.trim().split(':');
  if (answer.kind === 'exit' && answer.code === 2) return null;
  // busybox has no getent.
  const rows = accountRows(machine, database);
  return rows && (rows.find(([first]) => first === name) ?? null);
}

/** Asks the name service of the box for a user. */
export const probeUser: EvaluateProbe<'user'> = async ({ name, expect }, _context, machine) => {
  const say = answers(`user ${name} ${expect.kind}${'value' in expect ? ` ${expect.value}` : ''}`);
  if (!isAccountName(name)) return say.unknown('name', `${name} is not the name of a user`);
  const found = await entry('passwd', name, machine);
  if (found === undefined) return say.unknown('unreadable', 'the users of the box cannot be read');
  if (found === null)
    return say[expect.kind === 'absent' ? 'pass' : 'fail']('missing', `the user ${name} does not exist`);
  const [, , uid = '', gid = '', , home = '', shell = ''] = found;
  switch (expect.kind) {
    case 'exists':
      return say.pass('exists', `user ${name} has uid ${uid}`);
    case 'absent':
      return say.fail('exists', `user ${name} has uid ${uid}`);
    case 'group': {
      const groups = await groupsOf(name, machine);
      if (groups === undefined) return say.unknown('unreadable', `the groups of ${name} cannot be read`);
      const isMember = groups.includes(expect.value) || gid === expect.value;
      return say[isMember ? 'pass' : 'fail']('group', `groups ${groups.join(', ')}`);
    }
    case 'uid':
    case 'home':
    case 'shell': {
      const actual = { uid, home, shell }[expect.kind];
      return say[actual === expect.value ? 'pass' : 'fail'](expect.kind, `${expect.kind} ${actual}`);
    }
  }
};

async function groupsOf(name: string, machine: Machine): Promise<readonly string[] | undefined> {
  const answer = await machine.tool('id', ['-Gn', name]);
  return answer.kind === 'exit' && answer.code === 0 ? answer.stdout.trim().split(/\s+/) : undefined;
}

/** Asks the name service of the box for a group. */
export const probeGroup: EvaluateProbe<'group'> = async ({ name, expect }, _context, machine) => {
  const say = answers(`group ${name} ${expect.kind}${'value' in expect ? ` ${expect.value}` : ''}`);
  if (!isAccountName(name)) return say.unknown('name', `${name} is not the name of a group`);
  const found = await entry('group', name, machine);
  if (found === undefined) return say.unknown('unreadable', 'the groups of the box cannot be read');
  if (found === null)
    return say[expect.kind === 'absent' ? 'pass' : 'fail']('missing', `the group ${name} does not exist`);
  const gid = found[2] ?? '';
  if (expect.kind === 'gid') return say[gid === expect.value ? 'pass' : 'fail']('gid', `gid ${gid}`);
  return say[expect.kind === 'exists' ? 'pass' : 'fail']('exists', `group ${name} has gid ${gid}`);
};

/** The names that useradd(8) accepts, and those of domains. */
function isAccountName(name: string): boolean {
  return /^[A-Za-z0-9_][\w.@\\-]{0,63}\$?$/.test(name);
}

const evaluate = (database: 'passwd' | 'group') => (name: string) =>
  isAccountName(name)
    ? [
        tool('getent', [database, name]),
        `r /etc/${database}`,
        ...(database === 'passwd' ? [tool('id', ['-Gn', name])] : []),
      ]
    : [];

export const userEvaluation: ProbeEvaluation<'user'> = {
  evaluate: probeUser,
  fragments: ({ name }) => evaluate('passwd')(name),
};

export const groupEvaluation: ProbeEvaluation<'group'> = {
  evaluate: probeGroup,
  fragments: ({ name }) => evaluate('group')(name),
};
