import { type Machine, readText } from '../machine.ts';

/**
 * dpkg's database (dpkg(1), deb-control(5)), read directly, because running dpkg-query takes longer than everything
 * else.
 */
export interface DpkgStatus {
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  /** Configuration files of packages: path to original md5 and owner. Obsolete ones are excluded. */
  readonly conffiles: ReadonlyMap<string, { readonly md5: string; readonly package: string }>;
}

/** Undefined if the box has no dpkg. */
export function readDpkg(machine: Machine): DpkgStatus | undefined {
  const text = readText(machine, '/var/lib/dpkg/status');
  return text === undefined ? undefined : parseDpkg(text);
}

/** Installed packages, by name; the second of two architectures as `name:arch`. */
export function parseDpkg(text: string): DpkgStatus {
  const packages = new Map<string, string>();
  const conffiles = new Map<string, { md5: string; package: string }>();
  for (const section of text.split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(section)?.[1];
    const version = /^Version: (.+)$/m.exec(section)?.[1];
    if (name === undefined || version === undefined || !/^Status: \S+ \S+ installed$/m.test(section))
      continue;
    const architecture = /^Architecture: (.+)$/m.exec(section)?.[1];
    packages.set(packages.has(name) ? `${name}:${architecture}` : name, version);
    const lines = /^Conffiles:\n((?: .*\n?)+)/m.exec(section)?.[1] ?? '';
    for (const [, file = '', md5 = ''] of lines.matchAll(/^ (\/\S+) ([0-9a-f]{32})$/gm)) {
      conffiles.set(file, { md5, package: name });
    }
  }
  return { packages: [...packages].map(([name, version]) => ({ name, version })), conffiles };
}
