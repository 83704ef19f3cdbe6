import { z } from 'zod';
import type { ExitCode } from '../model/diagnostic.ts';
import { defineOperation } from '../operations/operation.ts';
import { projectFolder } from './project-folder.ts';
import { readToolsets } from './tools/toolsets.ts';
import { DEFAULT_PORT } from './transport/default-port.ts';

const input = z.object({
  file: z
    .string()
    .default('AUTODOCK.md')
    .describe('the runbook; it may not exist yet')
    .meta({ positional: true, placeholder: 'FILE' }),
  http: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(`serve HTTP on this port of 127.0.0.1 instead of stdin and stdout; ${DEFAULT_PORT} by default`)
    .meta({ placeholder: 'PORT' }),
  readOnly: z.boolean().default(false).describe('allow only tools that change nothing'),
  withoutSkills: z
    .boolean()
    .default(false)
    .describe('offer no skills and prompts; for a plugin that brings its own'),
  toolsets: z
    .string()
    .default('core')
    .describe('which tools to offer: core, boxes, or all')
    .meta({ placeholder: 'A,B' }),
  trust: z
    .enum(['guarded', 'sandbox'])
    .default('guarded')
    .describe('sandbox: this machine is disposable; valid only if a person has created the marker file'),
});

/** `runbook mcp`: a verb of the command that is implemented here, because cli and mcp must not import each other. */
export const mcp = defineOperation({
  description:
    'Started by the agent\'s client, not by hand: "claude mcp add runbook -- runbook mcp". Uses stdin and stdout, and\n' +
    'ends with them. With --http it requires the bearer token in your state folder, or RUNBOOK_MCP_TOKEN.',
  examples: [
    'runbook mcp',
    'runbook mcp AUTODOCK.md --read-only',
    'runbook mcp --http 7420 --toolsets core,boxes',
  ],
  input,
  run: async ({ world, signal }, { toolsets, ...flags }): Promise<ExitCode> => {
    const chosen = readToolsets(toolsets);
    const { serveMcp } = await import('./main.ts');
    return await serveMcp(
      { ...world, cwd: await projectFolder(world) },
      { ...flags, toolsets: chosen, signal },
    );
  },
  exit: (code) => code,
});
