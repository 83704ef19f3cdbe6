import type { ActionKind } from './action-kind.ts';

/** Applies objects to a cluster. */
export const applyFence: ActionKind<'apply'> = {
  material: ({ from, namespace, vendored }) => [from ?? null, namespace ?? null, vendored ?? null],
  summary: ({ from }, show) => `apply to Kubernetes${from === undefined ? '' : ` from ${show(from)}`}`,
  caption: ({ from, namespace }) => [
    from ? `Applies ${from}` : 'Applies these objects',
    !!namespace && `namespace ${namespace}`,
  ],
};
