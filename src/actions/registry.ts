import type { ActionKind } from './action-kind.ts';

/** Creates the credentials of a registry in a cluster. */
export const registryFence: ActionKind<'registry'> = {
  material: ({ secret, namespace }) => [secret, namespace],
  summary: ({ secret }, show) => `registry credentials in secret ${show(secret)}`,
  caption: ({ secret, namespace }) => [
    `Creates the registry Secret ${secret}`,
    !!namespace && `namespace ${namespace}`,
  ],
};
