import { readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../base/disk/replace-file.ts';
import { makeFolders } from '../../journal/make-folders.ts';
import { storing } from '../../journal/storage-error.ts';
import { scheduleUnitName } from '../../schedule/scheduled-command.ts';
import { systemdUnits } from '../../schedule/systemd-units.ts';
import type { World } from '../../world.ts';
import { runSchedulerProgram } from './run-scheduler-program.ts';
import type { Scheduler } from './scheduler.ts';

/** Timers of this user or of the system. */
export function systemd(world: World, { system }: { readonly system: boolean }): Scheduler {
  const folder = system ? '/etc/systemd/system' : userFolder(world);
  const scope = system ? '--system' : '--user';
  const systemctl = (...words: string[]) => runSchedulerProgram(world, ['systemctl', scope, ...words]);
  const installed: Scheduler['installed'] = async (key) => {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => new RegExp(`^runbook-${key}-.+\\.(?:timer|service)$`).test(name)).sort();
  };
  return {
    name: `systemd ${scope}`,
    preview: (commands) =>
      commands
        .flatMap(systemdUnits)
        .map(({ name, text }) => `# ${join(folder, name)}\n${text}`)
        .join('\n'),
    installed,
    install: async (commands) => {
      const units = commands.flatMap(systemdUnits);
      await storing('the units', folder, async () => {
        makeFolders(folder);
        for (const { name, text } of units) await replaceFile(join(folder, name), text, { mode: 0o644 });
      });
      await systemctl('daemon-reload');
      const timers = units.map(({ name }) => name).filter((name) => name.endsWith('.timer'));
      await systemctl('enable', '--now', ...timers);
      return units.map(({ name }) => name);
    },
    remove: async (_, items) => {
      const timers = items.filter((item) => item.endsWith('.timer'));
      if (timers.length > 0) {
        await systemctl('disable', '--now', ...timers);
        // The time stamps that Persistent= keeps.
        await systemctl('clean', '--what=state', ...timers);
      }
      for (const item of items) await rm(join(folder, item), { force: true });
      await systemctl('daemon-reload');
    },
    isFor,
  };
}

const isFor: Scheduler['isFor'] = (item, key, task) =>
  item.replace(/\.(?:timer|service)$/, '') === scheduleUnitName({ key, task });

function userFolder({ env }: World): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'systemd', 'user');
}
