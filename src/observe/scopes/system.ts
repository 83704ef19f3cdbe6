import { type Machine, readText } from '../machine.ts';
import type { Observer } from './observer.ts';

/** Operating system, hardware and load of the machine. */
export const observeSystem: Observer<'system'> = async ({ machine }) => {
  const pretty = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readText(machine, '/etc/os-release') ?? '')?.[1];
  const { name, bootedAt, addresses, ...rest } = machine.system();
  const packageIndexAt = aptIndex(machine);
  return {
    facts: [
      {
        os: pretty ?? name,
        ...rest,
        addresses: [...addresses].sort(),
        bootedAt: bootedAt.toISOString(),
        ...(packageIndexAt !== undefined && { packageIndexAt }),
      },
    ],
  };
};

/** When the newest of apt's lists was fetched; null if no list exists, undefined without apt. */
function aptIndex(machine: Machine, folder = '/var/lib/apt/lists'): string | null | undefined {
  const listing = machine.list(folder);
  if (listing.kind !== 'read') return undefined;
  const times = listing.value
    .filter(({ name }) => /_(?:Packages|InRelease|Release)(?:\.\w+)?$/.test(name))
    .flatMap(({ name }) => {
      const status = machine.status(`${folder}/${name}`);
      return status.kind === 'read' ? [status.value.modifiedMs] : [];
    });
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString();
}
