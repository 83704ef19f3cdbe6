import type { ScheduledTask } from '../model/runbook.ts';

/** One task of a document as a scheduler needs it. */
export interface ScheduledCommand {
  readonly task: Pick<ScheduledTask, 'name' | 'what' | 'when'>;
  /** Real path of the document. */
  readonly document: string;
  /** Distinguishes the documents of a box in the names of units: a hash of the path. */
  readonly key: string;
  /** The engine and its own arguments: `/usr/bin/node /opt/runbook/dist/bin.js`. */
  readonly program: readonly string[];
  /** Variables that the engine needs and a scheduler does not set. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a scheduler starts: the engine reports, remembers and notifies. */
export function commandWords({ task, document, program }: ScheduledCommand): string[] {
  return [...program, 'schedule', 'run', task.name, '--file', document];
}

/** The name of a unit, a line or an object without its ending. */
export function scheduleUnitName({
  task,
  key,
}: Pick<ScheduledCommand, 'key'> & { task: { name: string } }): string {
  return `runbook-${key}-${task.name}`;
}
