import { accountRows } from '../account-files.ts';
import type { Observer } from './observer.ts';

/** Users of /etc/passwd with their groups, people first (passwd(5), group(5)). */
export const observeUsers: Observer<'users'> = async ({ machine }) => {
  const passwd = accountRows(machine, 'passwd');
  if (passwd === undefined) return { facts: [], unavailable: ['/etc/passwd cannot be read'] };
  const groups = (accountRows(machine, 'group') ?? []).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(','),
  }));
  const facts = passwd.map(([name = '', , uid, gid, , home = '', shell = '']) => ({
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

/** By the convention of login.defs(5). */
function isPerson({ uid }: { readonly uid: number }): boolean {
  return uid >= 1000 && uid < 60_000;
}
