import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { cronLine, ownCronLines, withCronLines } from '../../schedule/crontab.ts';
import { type ScheduledCommand, scheduleUnitName } from '../../schedule/scheduled-command.ts';
import type { World } from '../../world.ts';
import { runSchedulerProgram, tryProgram } from './run-scheduler-program.ts';
import type { Scheduler } from './scheduler.ts';

/** Lines in this user's crontab. */
export function cron(world: World): Scheduler {
  const read = async () => {
    const { code, stdout } = await tryProgram(world, ['crontab', '-l']);
    return code === 0 ? stdout : '';
  };
  const write = (text: string) =>
    text === '' ? tryProgram(world, ['crontab', '-r']) : runSchedulerProgram(world, ['crontab', '-'], text);
  const installed: Scheduler['installed'] = async (key) => ownCronLines(await read(), key);
  return {
    name: 'cron',
    preview: (commands) => commands.map((command) => `${lineOf(command)}\n`).join(''),
    installed,
    install: async (commands) => {
      const lines = commands.map(lineOf);
      const key = commands[0]?.key;
      if (key === undefined) return [];
      const crontab = await read();
      const others = ownCronLines(crontab, key).filter(
        (line) => !commands.some(({ task }) => isFor(line, key, task)),
      );
      await write(withCronLines(crontab, key, [...others, ...lines]));
      return lines;
    },
    remove: async (key, name) => {
      const crontab = await read();
      const own = ownCronLines(crontab, key);
      const gone = name === undefined ? own : own.filter((line) => isFor(line, key, { name }));
      if (gone.length > 0)
        await write(
          withCronLines(
            crontab,
            key,
            own.filter((line) => !gone.includes(line)),
          ),
        );
      return gone;
    },
    isFor,
  };
}

const isFor: Scheduler['isFor'] = (line, key, task) => line.endsWith(`# ${scheduleUnitName({ key, task })}`);

function lineOf(command: ScheduledCommand): string {
  const made = cronLine(command);
  if ('line' in made) return made.line;
  const { name, when } = command.task;
  const message = `Cron cannot run "${name}" at ${when}: ${made.problem}.`;
  const remedy = 'Use --as systemd, or a When that cron can express.';
  throw new RunbookError([{ code: 'not-for-cron', severity: 'error', message, remedy }], EXIT.document);
}
