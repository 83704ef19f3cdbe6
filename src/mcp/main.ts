import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pluralize } from '../base/pluralize.ts';
import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import { agentResources } from '../operations/agent/all-resources.ts';
import { isOwnMarker } from '../operations/agent/own-marker.ts';
import { secretInFile } from '../operations/agent/secret-file.ts';
import type { AgentContext, Toolset } from '../operations/agent/tool.ts';
import { agentTools } from '../operations/all.ts';
import type { World } from '../world.ts';
import { createQuestions } from './approval/questions.ts';
import { trustOf } from './approval/trust.ts';
import { type Sealing, sealingWith } from './server.ts';
import type { Serving } from './serving.ts';
import { OpenCalls } from './tools/open-calls.ts';
import { createRunningJobs } from './tools/running-jobs.ts';

/** Options of `runbook mcp`. */
export interface McpOptions {
  readonly file: string;
  /** The port to listen on; undefined: stdin and stdout. */
  readonly http?: number | undefined;
  readonly readOnly: boolean;
  readonly withoutSkills: boolean;
  readonly toolsets: readonly Toolset[];
  readonly trust: AgentContext['trust'];
  readonly signal: AbortSignal;
  /** For tests; by default the table of operations. */
  readonly tools?: Serving['tools'];
  readonly resources?: Serving['resources'];
}

/** Milliseconds that jobs have to end their process groups before the server exits anyway. */
const LEAVE_MS = 5_000;

/**
 * Serves until the client disconnects or the signal fires, then ends everything that still runs here. Returns the exit
 * code. stdout belongs to the protocol; messages for people go to stderr.
 */
export async function serveMcp(world: World, options: McpOptions): Promise<ExitCode> {
  const note = (line: string) => void process.stderr.write(`runbook mcp: ${line}\n`);
  const serving: Serving = {
    world: options.readOnly ? onlyLooking(world) : world,
    file: options.file,
    tools: options.tools ?? agentTools,
    resources: options.resources ?? agentResources,
    toolsets: options.toolsets,
    readOnly: options.readOnly,
    skills: !options.withoutSkills,
    trust: await trustOf(world, options.trust, note),
    calls: new OpenCalls(),
    jobs: createRunningJobs(),
    taskResults: new Map(),
    questions: createQuestions({
      anySpeed: await isOwnMarker(join(world.folders.person, 'instant-answers')),
    }),
    note,
  };
  // A bug in one call's background work must not end the server and all running jobs.
  process.on('unhandledRejection', (error) =>
    note(error instanceof Error ? `${error.stack}` : String(error)),
  );
  const sealing = options.readOnly ? sealingWith(randomBytes(32)) : await sealingFor(world);
  if (options.http === undefined) {
    const { stdioServer } = await import('./transport/stdio.ts');
    await stdioServer(serving, sealing, options.signal);
  } else {
    const { httpServer } = await import('./transport/http.ts');
    await httpServer(serving, sealing, { port: options.http, ...(await tokenFor(world)) }, options.signal);
  }
  const [jobs, calls] = await Promise.all([serving.jobs.end(LEAVE_MS), serving.calls.ended(LEAVE_MS)]);
  const left = jobs + calls;
  if (left > 0) note(`${pluralize(left, 'job or call', 'jobs or calls')} did not end in time`);
  return options.signal.aborted ? EXIT.terminated : EXIT.done;
}

/** `--read-only` also protects the disk. */
function onlyLooking(world: World): World {
  return { ...world, openBox: (options) => world.openBox({ ...options, readOnly: true }) };
}

/** The same key at every start, because clients restart servers between a question and its answer. */
async function sealingFor(world: World): Promise<Sealing> {
  const kept = await secretInFile(join(world.folders.person, 'mcp-question-key')).catch(() => undefined);
  return sealingWith(kept ? Buffer.from(kept, 'utf8') : randomBytes(32));
}

/** Never from argv, which every user of the machine can read. */
async function tokenFor(world: World): Promise<{ token: string; tokenFrom: string }> {
  const given = world.env.RUNBOOK_MCP_TOKEN;
  if (given) return { token: given, tokenFrom: 'RUNBOOK_MCP_TOKEN' };
  const path = join(world.folders.person, 'mcp-token');
  return { token: await secretInFile(path), tokenFrom: path };
}
