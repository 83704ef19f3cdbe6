import type { Action } from '../../../model/action.ts';
import type { ActionRow } from './action-row.ts';
import { applyAction, patchAction, registryAction } from './cluster-rows.ts';
import { fileAction } from './file-action.ts';
import { shellAction } from './shell-action.ts';

const ROWS: { readonly [Kind in Action['kind']]: ActionRow<Kind> } = {
  shell: shellAction,
  file: fileAction,
  apply: applyAction,
  registry: registryAction,
  patch: patchAction,
};

/** How fences of this kind are carried out and checked. */
export function actionRow<Kind extends Action['kind']>({ kind }: { readonly kind: Kind }): ActionRow<Kind> {
  return ROWS[kind];
}
