import type { PatchAction } from '../../../model/action.ts';
import type { Verdict } from '../../../model/check.ts';
import type { Place } from '../../../model/place.ts';
import type { CheckQuestion } from '../checks.ts';
import type { ActionRow } from './action-row.ts';

/*
 * Fences for a cluster, without the client library: that loads when a fence is carried out or compared. As file fences do,
 * they count as checks: the server says by a dry run whether it has what is written.
 */

/** Objects, written in the fence or in the file that it names. */
export const applyAction: ActionRow<'apply'> = {
  perform: async (action, performing) => (await import('./apply-action.ts')).performApply(action, performing),
  check: (action, { covering, asking }) =>
    written(
      action.from === undefined ? 'applied objects' : `applied ${action.from}`,
      action,
      covering,
      async () => (await import('./apply-action.ts')).applyDifference(action, asking),
    ),
};

/** Credentials for a registry. */
export const registryAction: ActionRow<'registry'> = {
  perform: async (action, performing) => (await import('./apply-action.ts')).performApply(action, performing),
  check: (action, { covering, asking }) =>
    written(`registry secret ${action.secret}`, action, covering, async () =>
      (await import('./apply-action.ts')).applyDifference(action, asking),
    ),
};

/** A change of one object. */
export const patchAction: ActionRow<'patch'> = {
  perform: async (action, performing) => (await import('./patch-action.ts')).performPatch(action, performing),
  check: (action, { covering, asking }) =>
    comparesAlone(action)
      ? written(`patch of ${action.target}`, action, covering, async () =>
          (await import('./patch-action.ts')).patchDifference(action, asking),
        )
      : undefined,
};

function written(
  what: string,
  { place }: { readonly place: Place },
  covering: boolean,
  ask: () => Promise<Verdict>,
): CheckQuestion {
  const question = { text: `${what} as written`, kind: 'cluster', place, covering } as const;
  return { ...question, after: false, withinMs: 0, ask, changed: async () => {} };
}

/**
 * Whether the object alone shows that a patch was done. For a patch that moves or tests things, or removes from a list
 * by index, only the journal knows. Its text may be YAML and is searched without being parsed.
 */
function comparesAlone({ type, text }: PatchAction): boolean {
  if (type !== 'json') return true;
  return (
    !/["']?op["']?\s*:\s*["']?(?:move|copy|test)\b/.test(text) &&
    !(
      /["']?op["']?\s*:\s*["']?remove\b/.test(text) &&
      /["']?path["']?\s*:\s*["']?[^"'\s,}]*\/\d+["'\s,}]/.test(text)
    )
  );
}
