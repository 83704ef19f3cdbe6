import { type Machine, readText } from '../machine.ts';
import type { Observed, Observer, Unnumbered } from './observer.ts';

/** Installed packages, from the database of the box's package manager. */
export const observePackages: Observer<'packages'> = async ({ dpkg, machine }) => {
  const known = dpkg();
  if (known !== undefined) {
    return { facts: known.packages.map((each) => ({ ...each, manager: 'dpkg' as const })) };
  }
  const apk = readText(machine, '/lib/apk/db/installed');
  return apk === undefined ? rpmPackages(machine) : { facts: parseApk(apk) };
};

/** Stanzas of `P:name` and `V:version` (apk-package(5)). */
export function parseApk(text: string): Unnumbered<'packages'>[] {
  return text.split('\n\n').flatMap((stanza) => {
    const name = /^P:(.+)$/m.exec(stanza)?.[1];
    const version = /^V:(.+)$/m.exec(stanza)?.[1];
    return name === undefined || version === undefined ? [] : [{ name, version, manager: 'apk' as const }];
  });
}

/** The rpm query: one line per package with name and version. */
export const RPM_QUERY = ['rpm', '-qa', '--qf', '%{NAME}\\t%{VERSION}-%{RELEASE}\\n'] as const;

async function rpmPackages(machine: Machine): Promise<Observed<'packages'>> {
  const answer = await machine.tool(RPM_QUERY[0], RPM_QUERY.slice(1));
  if (answer.kind !== 'exit' || answer.code !== 0) {
    return { facts: [], unavailable: ['no dpkg, apk or rpm package database can be read'] };
  }
  const rows = answer.stdout.split('\n').map((line) => line.split('\t'));
  return {
    facts: rows.flatMap(([name, version]) =>
      name && version ? [{ name, version, manager: 'rpm' as const }] : [],
    ),
  };
}
