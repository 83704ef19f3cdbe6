import type { Action } from '../model/action.ts';

/** The fence of one kind. */
export type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** What is known about one kind of fence without a box: a row of `ACTION_KINDS`. */
export interface ActionKind<Kind extends Action['kind']> {
  /** What makes two fences different, in addition to their text, folder and user: part of the step's hash. */
  material(action: ActionOf<Kind>): readonly unknown[];
  /** One line in a plan. `show` replaces names and masks secrets. */
  summary(action: ActionOf<Kind>, show: (text: string) => string): string;
  /** One line above the fence on the page: what it does, then details. */
  caption(action: ActionOf<Kind>): readonly [string, ...(string | false)[]];
}
