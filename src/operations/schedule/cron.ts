import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { cronLine, ownCronLines, withCronLines } from '../../schedule/crontab.ts';
import { type ScheduledCommand, scheduleUnitName } from '../../schedule/scheduled-command.ts';
import type { World } from '../../world.ts';
import { runSchedulerProgram, schedulerFailed, tryProgram } from './run-scheduler-program.ts';
import type { Scheduler } from './scheduler.ts';

const READ = ['crontab', '-l'];

/** Lines in this user's crontab. */
export function cron(world: World): Scheduler {
  /** Lines of others must not be lost, so only a crontab that does not exist counts as empty. */
  const read = async () => {
    const ended = await tryProgram(world, READ);
    if (ended.code === 0) return ended.stdout;
    if (/no crontab|no such file/i.test(ended.stderr)) return '';
    throw schedulerFailed(READ, ended);
  };
  const write = (text: string) =>
    text === ''
      ? runSchedulerProgram(world, ['crontab', '-r'])
      : runSchedulerProgram(world, ['crontab', '-'], text);
  return {
    name: 'cron',
    preview: (commands) => commands.map((command) => `${lineOf(command)}\n`).join(''),
    installed: async (key) => {
      const { code, stdout } = await tryProgram(world, READ);
      return code === 0 ? ownCronLines(stdout, key) : [];
    },
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
    remove: async (key, lines) => {
      const crontab = await read();
      const kept = ownCronLines(crontab, key).filter((line) => !lines.includes(line));
      await write(withCronLines(crontab, key, kept));
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
