import { deepEqual } from 'node:assert/strict';
import { createRunningJobs } from '../../../src/mcp/tools/running-jobs.ts';
import { RunbookError } from '../../../src/model/diagnostic.ts';
import type { AgentContext, ApprovalAnswer, ApprovalRequest } from '../../../src/operations/agent/tool.ts';
import { agentTools } from '../../../src/operations/all.ts';
import type { World } from '../../../src/world.ts';

/** A scripted agent in this process: it calls tools as the server would. */
export interface Agent {
  /** The tool's answer, as the wire would carry it. @throws RunbookError for what the caller got wrong. */
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer, and tests look into it
  call(name: string, input?: Record<string, unknown>): Promise<any>;
  /** The code of the error that a call ends with. */
  refused(name: string, input?: Record<string, unknown>): Promise<string>;
  /** Ends its jobs, as a server does that leaves. */
  leave(): Promise<void>;
}

/** Options of the server that this agent replaces. */
export interface AgentOptions {
  readonly file?: string;
  readonly trust?: AgentContext['trust'];
  readonly client?: string;
  readonly answer?: (request: ApprovalRequest) => ApprovalAnswer;
}

export function agentIn(world: World, options: AgentOptions = {}): Agent {
  const jobs = createRunningJobs();
  const call: Agent['call'] = async (name, input = {}) => {
    const tool = await agentTools.find((each) => each.name === name)!.load();
    const signal = new AbortController().signal;
    const context: AgentContext = {
      world,
      file: options.file ?? 'AUTODOCK.md',
      signal,
      jobs: jobs.forCall({ signal }),
      progress: () => {},
      approve: async (request) => ({ answer: options.answer?.(request) ?? 'nobody-asked', latencyMs: 5_000 }),

      trust: options.trust ?? 'sandbox',
      readOnly: false,
      client: options.client ?? 'scripted 1.0',
    };
    const output = await tool.run(context, tool.input.parse(input));
    const answer = JSON.parse(JSON.stringify(tool.output.parse(output)));
    // The schema drops what it does not name, so a field that it forgot would never reach an agent.
    deepEqual(answer, JSON.parse(JSON.stringify(output)));
    return answer;
  };
  return {
    call,
    refused: async (name, input) => {
      try {
        await call(name, input);
      } catch (error) {
        if (error instanceof RunbookError) return error.diagnostics[0]!.code;
        throw error;
      }
      return 'none';
    },
    leave: async () => void (await jobs.end(5_000)),
  };
}
