import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { RunbookError } from '../../../src/model/diagnostic.ts';
import type { AgentResource } from '../../../src/operations/agent/resource.ts';
import { type AgentTool, defineTool, type ToolBody } from '../../../src/operations/agent/tool.ts';
import type { AgentToolRow } from '../../../src/operations/all.ts';

/** Tools that do on demand what real ones do on a bad day: too much, too slow, wrong, hostile. */

const hints = { readOnly: true, destructive: false, idempotent: true, openWorld: false };

const echo = defineTool({
  hints,
  dotted: 'env.echo',
  title: 'Echo',
  description: 'Returns its argument (env.echo).',
  input: z.object({
    text: z.string().max(100_000).optional().describe('what to say'),
    times: z.int().min(0).max(100).default(1),
    list: z.array(z.string()).optional(),
  }),
  output: z.object({ text: z.string(), list: z.array(z.string()), client: z.string(), trust: z.string() }),
  run: async ({ client, trust }, { text = '', times, list = [] }) => ({
    text: text.repeat(times),
    list,
    client,
    trust,
  }),
});

const big = defineTool({
  hints,
  dotted: 'big',
  title: 'Too much',
  description: 'Answers more than anybody can bear.',
  input: z.object({ megabytes: z.number().max(200), entries: z.int().max(1_000_000).default(0) }),
  output: z.object({
    output_tail: z.string(),
    log: z.string(),
    text: z.string(),
    checks: z.array(z.object({ check: z.string() })),
    entries: z.array(z.object({ name: z.string(), detail: z.string() })),
  }),
  run: async (_, { megabytes, entries }) => {
    const text = 'all work and no play \u001b[31m'.repeat((megabytes * 1024 * 1024) / 26);
    return {
      output_tail: `${text}THE END`,
      log: `${text}THE END`,
      text,
      checks: Array.from({ length: 30 }, (_, index) => ({ check: `tcp 127.0.0.1:${index} open` })),
      entries: Array.from({ length: entries }, (_, index) => ({ name: `e${index}`, detail: 'x'.repeat(50) })),
    };
  },
});

/** A job with a process group of its own, as a step's: ends on request, and leaves nothing running. */
async function napping(signal: AbortSignal, seconds: number, marker: string): Promise<string> {
  const child = spawn('bash', ['-c', `: ${marker}; sleep ${seconds} & sleep ${seconds} & wait`], {
    detached: true,
    stdio: 'ignore',
  });
  const stop = () => child.pid && process.kill(-child.pid, 'SIGKILL');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  await once(child, 'exit');
  return signal.aborted ? 'cancelled' : 'succeeded';
}

const nap = defineTool({
  dotted: 'nap',
  title: 'Nap',
  description: 'Runs a job.',
  hints: { ...hints, readOnly: false, destructive: true },
  input: z.object({
    job: z.string(),
    seconds: z.number(),
    wait_s: z.number().min(0).max(60).default(60),
    marker: z.string(),
  }),
  output: z.object({ job: z.string(), status: z.string() }),
  run: async ({ jobs, progress }, { job, seconds, wait_s, marker }) => {
    progress('started', 0.1);
    const waited = await jobs.start(job, (signal) => napping(signal, seconds, marker)).within(wait_s * 1000);
    return { job, status: waited.ended ? waited.result : 'running' };
  },
});

const peek = defineTool({
  hints,
  dotted: 'job.peek',
  title: 'Peek',
  description: 'Says whether a job runs, and may cancel it.',
  input: z.object({ job: z.string(), cancel: z.boolean().default(false) }),
  output: z.object({ running: z.boolean() }),
  run: async ({ jobs }, { job, cancel }) => {
    const found = jobs.find(job);
    if (cancel) found?.cancel();
    return { running: found !== undefined };
  },
});

const ask = defineTool({
  dotted: 'ask',
  title: 'Ask',
  description: 'Asks a person.',
  hints: { ...hints, readOnly: false },
  input: z.object({
    key: z.string(),
    script: z.string(),
    lease: z.boolean().default(true),
    url: z.string().optional().describe('where the page is served'),
    isRepeated: z.boolean().default(false),
  }),
  output: z.object({ answer: z.string() }),
  run: async ({ approve }, { url, isRepeated, ...request }) => {
    const page = url === undefined ? {} : { page: { url, isRepeated } };
    const { answer } = await approve({ ...request, ...page, what: 'a new step', box: 'test-box' });
    return { answer };
  },
});

const refuse = defineTool({
  hints,
  dotted: 'refuse',
  title: 'Refuse',
  description: 'Fails as asked.',
  input: z.object({ how: z.enum(['diagnostic', 'defect', 'wrong-output', 'never']) }),
  output: z.object({ number: z.number() }),
  run: async (_, { how }) => {
    switch (how) {
      case 'diagnostic':
        throw new RunbookError(
          [
            {
              code: 'unknown-step',
              severity: 'error',
              message: 'There is no step "caddy".',
              remedy: 'Did you mean "start-caddy"?',
              place: { file: 'AUTODOCK.md', line: 3, column: 1 },
            },
          ],
          64,
        );
      case 'defect':
        throw new Error('boom');
      case 'wrong-output':
        return { number: 'seven' as unknown as number };
      case 'never':
        return await new Promise<never>(() => {});
    }
  },
});

const launch = defineTool({
  hints,
  dotted: 'env.launch',
  title: 'Launch',
  description: 'Belongs to another toolset.',
  input: z.object({}),
  output: z.object({ box: z.string() }),
  run: async () => ({ box: 'b1' }),
});

const row = (
  name: string,
  effect: AgentTool['effect'],
  tool: unknown,
  toolset: AgentTool['toolset'] = 'core',
): AgentToolRow => ({
  ...{ name, toolset, effect },
  load: async () => ({ ...(tool as ToolBody), name, toolset, effect }),
});

export const standInTools: readonly AgentToolRow[] = [
  row('env_echo', 'read', echo),
  row('big', 'read', big),
  row('nap', 'act', nap),
  row('job_peek', 'read', peek),
  row('ask', 'act', ask),
  row('refuse', 'read', refuse),
  row('env_launch', 'read', launch, 'boxes'),
];

const document: AgentResource = {
  name: 'document',
  uri: 'runbook://document',
  title: 'The runbook',
  description: 'The markdown file as it is.',
  mimeType: 'text/markdown',
  read: async () => '# A runbook\u202e\n',
};

const step: AgentResource = {
  name: 'step',
  uri: 'runbook://step/{id}',
  title: 'A step',
  description: 'One step of the runbook.',
  mimeType: 'text/markdown',
  ids: async () => [{ id: 'start caddy', title: 'Start Caddy' }],
  read: async (_, id) => (id === 'start caddy' ? '### Start Caddy' : undefined),
};

const log: AgentResource = {
  name: 'job log',
  uri: 'runbook://job/{id}/log',
  title: 'Output of a job',
  description: 'What a job printed.',
  mimeType: 'text/plain',
  read: async (_, id) => (id === 'long' ? `${'line\n'.repeat(200_000)}last line` : undefined),
};

export const standInResources = [document, step, log].map((resource) => async () => resource);
