import type { AgentResource } from './resource.ts';
import type { AgentTool, Toolset } from './tool.ts';

/** A row of the one list of tools. It is light, so that the server answers `initialize` before any tool is loaded. */
export interface AgentToolRow {
  readonly name: string;
  readonly toolset: Toolset;
  readonly effect: AgentTool['effect'];
  readonly load: () => Promise<AgentTool>;
}

/** Every tool, in the order in which clients see them: the order of the loop. */
export const agentTools: readonly AgentToolRow[] = [];

/** Every resource, in the order in which clients see them. */
export const agentResources: readonly (() => Promise<AgentResource>)[] = [];
