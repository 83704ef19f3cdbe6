import { createHash } from 'node:crypto';
import type { RecordStart } from '../../journal/passes/pass-recorder.ts';
import { userName } from '../../journal/user-name.ts';
import type { BoxIdentity } from '../../model/box.ts';
import type { StartedBy } from '../../model/pass-record.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import type { PassOptions } from './pass.ts';

/** The variable in which a schedule names itself. */
export const SCHEDULE_VARIABLE = 'RUNBOOK_SCHEDULE';

/** The document, and the box where it runs. */
interface RecordedPlace extends Pick<Session, 'document' | 'runbook' | 'approved'> {
  readonly box: { readonly identity: Pick<BoxIdentity, 'name'> };
}

/** The head of a pass's record: which document, where, who asked for it. */
export function recordStart(
  { world, agent, within }: Pick<OperationContext, 'world' | 'agent' | 'within'>,
  { document, box, runbook, approved }: RecordedPlace,
  { command = 'replay' }: Pick<PassOptions, 'command'>,
): RecordStart {
  return {
    verb: command,
    file: runbook.file,
    name: runbook.name,
    box: box.identity.name,
    document: createHash('sha256').update(document.source.text).digest('hex'),
    by: startedBy(world.env[SCHEDULE_VARIABLE], agent),
    ...(within === undefined ? {} : { within }),
    ...(approved ? { allowed: approved.by } : {}),
    version: world.version,
  };
}

function startedBy(schedule: string | undefined, agent: string | undefined): StartedBy {
  if (agent !== undefined) return { kind: 'agent', name: agent };
  if (schedule !== undefined && schedule !== '') return { kind: 'schedule', name: schedule };
  return { kind: 'person', name: userName() };
}
