import { openDeclarations } from '../../journal/decisions/declarations.ts';
import type { Input } from '../../model/runbook.ts';
import type { World } from '../../world.ts';
import type { OpenedDocument } from '../document/opened-document.ts';

/**
 * Which input declarations of a document a person approved, by name, kind and command. Those of an approved document
 * are stored, so that they stay approved when an agent adds steps. One that an agent adds or changes is a proposal.
 * @throws RunbookError 3 if others may write the person's decisions
 */
export async function approvedDeclarations(
  world: World,
  { path, runbook }: Pick<OpenedDocument, 'path' | 'runbook'>,
): Promise<(input: Input) => boolean> {
  if (runbook.inputs.length === 0) return () => false;
  return await openDeclarations(world.folders.person).approvedFor(path);
}
