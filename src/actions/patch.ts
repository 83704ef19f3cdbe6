import type { ActionKind } from './action-kind.ts';

/** Patches one object of a cluster. */
export const patchFence: ActionKind<'patch'> = {
  material: ({ target, namespace, type }) => [target, namespace, type],
  summary: ({ target, type }, show) => `${type} patch of ${show(target)}`,
  caption: ({ target, type, namespace }) => [
    `Patches ${target} (${type} patch)`,
    !!namespace && `namespace ${namespace}`,
  ],
};
