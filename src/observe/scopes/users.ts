import { readText } from '../machine.ts';
import type { Observer } from './observer.ts';

/** Users of /etc/passwd with their groups, people first (passwd(5), group(5)). */
export const observeUsers: Observer<'users'> = async ({ machine }) => {
  const passwd = readText(machine, '/etc/passwd');
  if (passwd === undefined) return { facts: [], unavailable: ['/etc/passwd cannot be read'] };
  const groups = rows(readText(machine, '/etc/group') ?? '').map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(','),
  }));
  const facts = rows(passwd).map(([name = '', , uid, gid, , home = '', shell = '']) => ({
    name,
    uid: Number(uid),
    groups: groups
      .filter((each) => each.gid === Number(gid) || each.members.includes(name))
      .map((each) => each.name),
    home,
    shell,
  }));
  return { facts: facts.sort((a, b) => Number(isPerson(b)) - Number(isPerson(a)) || a.uid - b.uid) };
};

function rows(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length > 3 && /^\d+$/.test(fields[2] ?? ''));
}

/** By the convention of login.defs(5). */
function isPerson({ uid }: { readonly uid: number }): boolean {
  return uid >= 1000 && uid < 60_000;
}
