import type { Closure } from '../../model/closure.ts';
import { partsOfDocument } from '../../plan/closure-parts.ts';
import type { World } from '../../world.ts';
import type { Prepared } from '../session/session.ts';
import { type ApprovedBy, ApprovedClosure } from './approved-closure.ts';

/** Everything in a document, approved by someone who was not shown it. */
export async function approvedWithoutReading(
  world: World,
  { document, runbook }: Pick<Prepared, 'document' | 'runbook'>,
  by: Extract<ApprovedBy, 'yes' | 'sandbox'>,
): Promise<ApprovedClosure> {
  const { id, name } = await world.identify(true);
  const closure = {
    place: { document: document.path, box: id, boxName: name },
    what: document.file,
    parts: partsOfDocument(runbook),
    values: [],
    files: [],
  };
  return ApprovedClosure.make(closure, by, document.folder);
}

/** A closure that a person allowed to run. */
export function approved(
  closure: Closure,
  by: ApprovedBy,
  { document }: { readonly document: { readonly folder: string } },
): ApprovedClosure {
  return ApprovedClosure.make(closure, by, document.folder);
}
