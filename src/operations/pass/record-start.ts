import { createHash } from 'node:crypto';
import type { RecordStart } from '../../journal/passes/pass-recorder.ts';
import { userName } from '../../journal/user-name.ts';
import type { StartedBy } from '../../model/pass-record.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import type { PassOptions } from './pass.ts';

/** The variable in which a schedule names itself. */
export const SCHEDULE_VARIABLE = 'RUNBOOK_SCHEDULE';

/** The head of a pass's record: which document, where, who asked for it. */
export function recordStart(
  { world, agent }: OperationContext,
  { document, box, runbook }: Session,
  { command = 'replay' }: Pick<PassOptions, 'command'>,
): RecordStart {
  return {
    verb: command,
    file: runbook.file,
    name: runbook.name,
    box: box.identity.name,
    document: createHash('sha256').update(document.source.text).digest('hex'),
    by: startedBy(world.env[SCHEDULE_VARIABLE], agent),
    version: world.version,
  };
}

function startedBy(schedule: string | undefined, agent: string | undefined): StartedBy {
  if (agent !== undefined) return { kind: 'agent', name: agent };
  if (schedule !== undefined && schedule !== '') return { kind: 'schedule', name: schedule };
  return { kind: 'person', name: userName() };
}
