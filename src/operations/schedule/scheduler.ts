import type { ScheduledTask } from '../../model/runbook.ts';
import type { ScheduledCommand } from '../../schedule/scheduled-command.ts';

/** What starts schedules on this machine. */
export interface Scheduler {
  /** For people: `systemd --user`. */
  readonly name: string;
  /**
   * The text that would be installed.
   * @throws RunbookError 65 for a task that this scheduler cannot express
   */
  preview(commands: readonly ScheduledCommand[]): string;
  /** Installs, replacing what was installed for the same tasks. Returns the names of what it wrote. */
  install(commands: readonly ScheduledCommand[]): Promise<string[]>;
  /** Names of what is installed for a document. */
  installed(key: string): Promise<string[]>;
  /** Removes some of what is installed for a document, by the names of `installed`; at least one. */
  remove(key: string, items: readonly string[]): Promise<void>;
  /** Whether one of the installed items belongs to a task. */
  isFor(item: string, key: string, task: Pick<ScheduledTask, 'name'>): boolean;
}
