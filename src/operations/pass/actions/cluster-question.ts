import type { ApplyAction, PatchAction, RegistryAction } from '../../../model/action.ts';
import type { CheckContext, CheckQuestion } from '../checks.ts';

/** As file fences do, fences for a cluster count as checks: the server says by a dry run whether it has what is written. */
export function clusterQuestion(
  action: ApplyAction | RegistryAction | PatchAction,
  covering: boolean,
  asking: CheckContext,
): CheckQuestion {
  return {
    text: `${wordsOf(action)} as written`,
    kind: 'cluster',
    place: action.place,
    covering,
    after: false,
    withinMs: 0,
    ask: async () =>
      action.kind === 'patch'
        ? (await import('./patch-action.ts')).patchDifference(action, asking)
        : (await import('./apply-action.ts')).applyDifference(action, asking),
    changed: async () => {},
  };
}

function wordsOf(action: ApplyAction | RegistryAction | PatchAction): string {
  switch (action.kind) {
    case 'apply':
      return action.from === undefined ? 'applied objects' : `applied ${action.from}`;
    case 'registry':
      return `registry secret ${action.secret}`;
    case 'patch':
      return `patch of ${action.target}`;
  }
}

/**
 * Whether the object alone shows that a patch was done. For a patch that moves or tests things, or removes from a list
 * by index, only the journal knows. Its text may be YAML and is searched without being parsed.
 */
export function comparesAlone({ type, text }: PatchAction): boolean {
  if (type !== 'json') return true;
  return (
    !/["']?op["']?\s*:\s*["']?(?:move|copy|test)\b/.test(text) &&
    !(
      /["']?op["']?\s*:\s*["']?remove\b/.test(text) &&
      /["']?path["']?\s*:\s*["']?[^"'\s,}]*\/\d+["'\s,}]/.test(text)
    )
  );
}
