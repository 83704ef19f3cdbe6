import type { CallToolResult } from '@modelcontextprotocol/server';
import type { AgentResource } from '../operations/agent/resource.ts';
import type { AgentContext, Toolset } from '../operations/agent/tool.ts';
import type { AgentToolRow } from '../operations/all.ts';
import type { World } from '../world.ts';
import type { Questions } from './approval/questions.ts';
import { whyNotOffered } from './tools/not-offered.ts';
import type { OpenCalls } from './tools/open-calls.ts';
import type { RunningJobs } from './tools/running-jobs.ts';

/** What one process serves, for all transports and clients. Created once by main. */
export interface Serving {
  readonly world: World;
  readonly file: string;
  /** All tools. Those of other toolsets are included, so that a call to one can explain how to enable it. */
  readonly tools: readonly AgentToolRow[];
  readonly resources: readonly (() => Promise<AgentResource>)[];
  readonly toolsets: readonly Toolset[];
  readonly readOnly: boolean;
  /** Whether skills and prompts are offered. A plugin brings its own. */
  readonly skills: boolean;
  readonly trust: AgentContext['trust'];
  readonly calls: OpenCalls;
  readonly jobs: RunningJobs;
  /** What calls that became tasks returned later, by job. */
  readonly taskResults: Map<string, Promise<CallToolResult>>;
  readonly questions: Questions;
  /** Writes one line for the operator to stderr. */
  readonly note: (line: string) => void;
}

/** The tools that clients see, in table order. */
export function offered(serving: Serving): readonly AgentToolRow[] {
  return serving.tools.filter((tool) => whyNotOffered(serving, tool) === undefined);
}
