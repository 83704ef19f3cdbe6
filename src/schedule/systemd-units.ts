import { readCalendar } from './calendar.ts';
import { commandWords, type ScheduledCommand, scheduleUnitName } from './scheduled-command.ts';

/** A file for systemd's unit folder. */
export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/**
 * A service and its timer (systemd.service(5), systemd.timer(5)). systemd never starts a service that still runs, so
 * runs do not overlap. Exit code 2 means differences: an answer, not a crash.
 */
export function systemdUnits(command: ScheduledCommand): readonly UnitFile[] {
  const { task, document, env } = command;
  const name = scheduleUnitName(command);
  const title = `runbook ${task.what} of ${document}`.replaceAll('%', '%%');
  const head = `# Written by "runbook schedule install"; "runbook schedule remove" removes it.\n`;
  const service = [
    '[Unit]',
    `Description=${title}`,
    '',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${folderOf(document).replaceAll('%', '%%')}`,
    'Environment=HOME=%h',
    ...Object.entries(env).map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}`),
    `ExecStart=${commandWords(command).map(argument).join(' ')}`,
    'SuccessExitStatus=2',
    '',
  ];
  const timer = [
    '[Unit]',
    `Description=${title}`,
    '',
    '[Timer]',
    `OnCalendar=${task.when}`,
    'Persistent=true',
    `RandomizedDelaySec=${delayOf(task.when)}`,
    'AccuracySec=1s',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ];
  return [
    { name: `${name}.service`, text: head + service.join('\n') },
    { name: `${name}.timer`, text: head + timer.join('\n') },
  ];
}

/** Of an absolute path. */
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';

/** Many boxes must not start at the same second, but what runs every few minutes must stay in its minute. */
function delayOf(when: string): string {
  const read = readCalendar(when);
  if ('problem' in read || !read.calendar.minutes) return '0';
  return read.calendar.hours ? '5min' : '1min';
}

/** In double quotes, with systemd's specifiers and escapes taken literally. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}

/** Of a command line, where `$` would name a variable. */
function argument(text: string): string {
  return /^[\w@+=:,./-]+$/.test(text) ? text : quoted(text).replaceAll('$', '$$$$');
}
