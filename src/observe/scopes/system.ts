import { readdirSync, statSync } from 'node:fs';
import { arch, availableParallelism, loadavg, networkInterfaces, release, type, uptime } from 'node:os';
import { textOf, tryRead } from '../try-read.ts';
import type { Observer } from './observer.ts';

/** Names of machines as container images use them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm: 'arm' };

/** What kind of machine this is. */
export const observeSystem: Observer<'system'> = async ({ now }) => {
  const pretty = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(textOf('/etc/os-release') ?? '')?.[1];
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((each) => each !== undefined && !each.internal);
  const packageIndexAt = aptIndex();
  return {
    facts: [
      {
        os: pretty ?? type(),
        kernel: release(),
        architecture: ARCHITECTURES[arch()] ?? arch(),
        cpus: availableParallelism(),
        addresses: addresses.map((each) => each!.address),
        load: loadavg()[0] ?? 0,
        bootedAt: new Date(now.getTime() - uptime() * 1000).toISOString(),
        ...(packageIndexAt !== undefined && { packageIndexAt }),
      },
    ],
  };
};

/** When the newest of apt's lists was fetched; null: there is none, undefined: there is no apt. */
function aptIndex(folder = '/var/lib/apt/lists'): string | null | undefined {
  const listing = tryRead(() => readdirSync(folder));
  if (listing.kind !== 'read') return undefined;
  const times = listing.value
    .filter((name) => /_(?:Packages|InRelease|Release)(?:\.\w+)?$/.test(name))
    .flatMap((name) => {
      const status = tryRead(() => statSync(`${folder}/${name}`));
      return status.kind === 'read' ? [status.value.mtimeMs] : [];
    });
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString();
}
