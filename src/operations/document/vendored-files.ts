import { createHash } from 'node:crypto';
import type { Action } from '../../model/action.ts';
import type { Runbook, Step } from '../../model/runbook.ts';
import { readVendoredFile } from './vendored-file.ts';

/** Includes the content of files that apply fences refer to in the document, so that approval and journal cover it. */
export async function withVendoredFiles(runbook: Runbook, folder: string): Promise<Runbook> {
  if (!namesFiles(runbook)) return runbook;
  const steps = await Promise.all(
    runbook.steps.map(
      async (step): Promise<Step> => ({
        ...step,
        actions: await Promise.all(step.actions.map((action) => hashed(action, folder))),
        undo: await Promise.all(step.undo.map((action) => hashed(action, folder))),
      }),
    ),
  );
  return { ...runbook, steps };
}

function namesFiles({ steps }: Runbook): boolean {
  return steps.some((step) => [...step.actions, ...step.undo].some(isVendored));
}

async function hashed(action: Action, folder: string): Promise<Action> {
  if (!isVendored(action)) return action;
  // Only a hash comes of it, so that what is outside of the folder is bound to the approval too.
  const content = await readVendoredFile(folder, action.from ?? '', { mayBeOutside: true }).catch(
    () => undefined,
  );
  return content ? { ...action, vendored: createHash('sha256').update(content).digest('hex') } : action;
}

function isVendored(action: Action): action is Extract<Action, { kind: 'apply' }> {
  return action.kind === 'apply' && action.from !== undefined;
}
