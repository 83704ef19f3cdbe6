import {
  type CacheHint,
  createRequestStateCodec,
  type RequestStateCodec,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { ANSWER_COUNTS_MS, type QuestionState } from './approval/approval.ts';
import { clientOf } from './client.ts';
import { instructions } from './instructions.ts';
import { listResources, listTemplates, readResource } from './resources.ts';
import type { Serving } from './serving.ts';
import { getPrompt, listPrompts } from './skills/prompts.ts';
import { getSkill, listSkills, SKILLS_EXTENSION } from './skills/skills.ts';
import { acknowledgeTask, getTask, type JobTool, TASKS_EXTENSION, taskParams } from './tools/tasks.ts';
import { callTool } from './tools/tool-call.ts';
import { listTools } from './tools/tool-list.ts';

/** Fixed answers stay valid for the life of the process. */
const FIXED: CacheHint = { ttlMs: 3_600_000, cacheScope: 'private' };
const CHANGING: CacheHint = { ttlMs: 0, cacheScope: 'private' };

/**
 * The protocol side: one server per connection, and one per request for newer HTTP clients. Stateless. The SDK's
 * `McpServer` is not used: its registry validates before a name such as `env.observe` can be resolved, and its errors
 * contain neither a remedy nor the nearest name.
 */
export function createServer(
  serving: Serving,
  { modern, sealing }: { modern: boolean; sealing: Sealing },
): Server {
  const server = new Server(
    { name: 'runbook', title: 'runbook', version: serving.world.version },
    {
      // Logging is deprecated since 2026-07-28. Clients of 2025 receive errors of the server through it.
      capabilities: {
        ...{ tools: {}, resources: {}, prompts: {} },
        ...(modern ? { extensions: { [SKILLS_EXTENSION]: {}, [TASKS_EXTENSION]: {} } } : { logging: {} }),
      },
      instructions,
      requestState: { verify: sealing.verify },
      cacheHints: {
        'server/discover': FIXED,
        'tools/list': FIXED,
        'prompts/list': FIXED,
        'resources/templates/list': FIXED,
        'resources/list': CHANGING,
        'resources/read': CHANGING,
      },
    },
  );
  server.onerror = (error) => serving.note(error.message);

  const line = { server, modern, seal: (state: QuestionState) => sealing.mint(state) };
  server.setRequestHandler('tools/list', async () => ({ tools: await listTools(serving) }));
  server.setRequestHandler('tools/call', (request, context) => callTool(serving, line, request, context));
  if (modern) {
    const jobTool =
      (context: ServerContext): JobTool =>
      (name, job) =>
        callTool(serving, line, { method: 'tools/call', params: { name, arguments: { job } } }, context);
    server.setRequestHandler('tasks/get', { params: taskParams }, ({ taskId }, context) =>
      getTask(serving, jobTool(context), taskId),
    );
    server.setRequestHandler('tasks/update', { params: taskParams }, ({ taskId }, context) =>
      acknowledgeTask(jobTool(context), 'job_read', taskId),
    );
    server.setRequestHandler('tasks/cancel', { params: taskParams }, ({ taskId }, context) =>
      acknowledgeTask(jobTool(context), 'job_cancel', taskId),
    );
  }
  server.setRequestHandler('prompts/list', (_, context) => ({
    // A client that has the skills shows them already.
    prompts: serving.skills && !clientOf(server, context, modern).skills ? listPrompts() : [],
  }));
  server.setRequestHandler('prompts/get', ({ params }) => getPrompt(params.name));
  server.setRequestHandler('skills/list', { params: noParams }, () => ({
    ...{ resultType: 'complete', ...FIXED },
    skills: serving.skills ? listSkills() : [],
  }));
  server.setRequestHandler('skills/get', { params: skillParams }, ({ uri }) => ({
    ...{ resultType: 'complete', ...FIXED },
    skill: getSkill(uri),
  }));
  server.setRequestHandler('resources/list', async (_, { mcpReq }) => ({
    resources: await listResources(serving, { ...serving, signal: mcpReq.signal }),
  }));
  server.setRequestHandler('resources/templates/list', async () => ({
    resourceTemplates: await listTemplates(serving),
  }));
  server.setRequestHandler('resources/read', ({ params }, { mcpReq }) =>
    readResource(serving, { ...serving, signal: mcpReq.signal }, params.uri),
  );
  return server;
}

const noParams = z.looseObject({}).optional();
const skillParams = z.looseObject({ uri: z.string() });

/** Seals the state of a question while the client holds it, because the returned state could be forged. */
export type Sealing = RequestStateCodec<QuestionState>;

export const sealingWith = (key: Uint8Array): Sealing =>
  createRequestStateCodec<QuestionState>({ key, ttlSeconds: ANSWER_COUNTS_MS / 1000 });
