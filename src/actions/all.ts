import type { Action } from '../model/action.ts';
import type { ActionKind } from './action-kind.ts';
import { applyFence } from './apply.ts';
import { fileFence } from './file.ts';
import { patchFence } from './patch.ts';
import { registryFence } from './registry.ts';
import { shellFence } from './shell.ts';

/** One row for each kind of fence. How a kind is carried out and checked: operations/pass/actions. */
const ACTION_KINDS: { readonly [Kind in Action['kind']]: ActionKind<Kind> } = {
  shell: shellFence,
  file: fileFence,
  apply: applyFence,
  registry: registryFence,
  patch: patchFence,
};

/** The row of a fence's kind. */
export function actionKind<Kind extends Action['kind']>({ kind }: { readonly kind: Kind }): ActionKind<Kind> {
  return ACTION_KINDS[kind];
}
