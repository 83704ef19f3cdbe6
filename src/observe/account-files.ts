import { type Machine, readText } from './machine.ts';

export type AccountFile = 'passwd' | 'group';

/** The entries of passwd(5) or group(5), as fields; undefined if the file cannot be read. */
export function accountRows(machine: Machine, file: AccountFile): string[][] | undefined {
  return readText(machine, `/etc/${file}`)
    ?.split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => /^\d+$/.test(fields[2] ?? ''));
}

/** Names by number. The first entry of a number is its name, as in the name service. */
export function accountNames(machine: Machine, file: AccountFile): ReadonlyMap<number, string> {
  const rows = accountRows(machine, file) ?? [];
  return new Map(rows.reverse().map(([name = '', , id]) => [Number(id), name]));
}
