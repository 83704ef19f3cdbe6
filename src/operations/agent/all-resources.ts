import type { AgentResource } from './resource.ts';

/** Every resource, in the order in which clients see them. */
export const agentResources: readonly (() => Promise<AgentResource>)[] = [
  async () => (await import('./resources.ts')).documentResource,
  async () => (await import('./resources.ts')).stepResource,
  async () => (await import('./resources.ts')).jobLogResource,
  async () => (await import('./resources.ts')).snapshotResource,
];
