import type { Action } from '../model/action.ts';
import type { ActionKind } from './action-kind.ts';
import { apply } from './apply.ts';
import { file } from './file.ts';
import { patch } from './patch.ts';
import { registry } from './registry.ts';
import { shell } from './shell.ts';

/** One row for each kind of fence. How a kind is carried out and checked: operations/pass/actions. */
const ACTION_KINDS: { readonly [Kind in Action['kind']]: ActionKind<Kind> } = {
  shell,
  file,
  apply,
  registry,
  patch,
};

/** The row of a fence's kind. */
export function actionKind<Kind extends Action['kind']>({ kind }: { readonly kind: Kind }): ActionKind<Kind> {
  return ACTION_KINDS[kind];
}
