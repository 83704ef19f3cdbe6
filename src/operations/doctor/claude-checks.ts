import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { DoctorCheck } from '../../model/reports/doctor.ts';
import { runProgram } from '../../program/run-program.ts';
import type { World } from '../../world.ts';

const CONFIGURE = 'Run "runbook init --claude" in this folder.';

/** Claude Code, and whether it knows this folder's runbook server. */
export async function claudeChecks(world: Pick<World, 'env' | 'cwd'>): Promise<DoctorCheck[]> {
  return await Promise.all([claudeCode(world), configuration(world)]);
}

async function claudeCode({ env }: Pick<World, 'env'>): Promise<DoctorCheck> {
  const check = { name: 'Claude Code', for: 'an agent that uses runbook; other agents work too' };
  const end = await runProgram(['claude', '--version'], { env, onlyEnv: true, timeoutMs: 10_000 });
  if (end.code === 0) return { ...check, verdict: 'ok', found: end.stdout.trim(), remedy: '' };
  const found = end.kind === 'missing' ? 'claude is not on PATH' : end.stderr.trim();
  const remedy =
    'Install it (npm install -g @anthropic-ai/claude-code), or see docs/agents.md for other agents.';
  return { ...check, verdict: 'missing', found, remedy };
}

async function configuration({ env, cwd }: Pick<World, 'env' | 'cwd'>): Promise<DoctorCheck> {
  const check = { name: 'its configuration', for: 'the runbook tools in Claude Code, in this folder' };
  const missing = (found: string, remedy: string): DoctorCheck => ({
    ...check,
    verdict: 'missing',
    found,
    remedy,
  });
  const text = await readFile(join(cwd, '.mcp.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return missing('no .mcp.json here', CONFIGURE);
  const command = commandIn(text);
  if (command === 'unreadable') return missing('.mcp.json is not JSON', 'Fix its syntax.');
  if (command === undefined) return missing('.mcp.json has no server "runbook"', CONFIGURE);
  if (await isProgram(command, env))
    return { ...check, verdict: 'ok', found: `.mcp.json starts ${command}`, remedy: '' };
  return missing(
    `.mcp.json starts ${command}, which does not exist`,
    `Install runbook on PATH, or: ${CONFIGURE}`,
  );
}

function commandIn(text: string): string | undefined {
  try {
    const command = JSON.parse(text)?.mcpServers?.runbook?.command;
    return typeof command === 'string' ? command : undefined;
  } catch {
    return 'unreadable';
  }
}

/** Whether a shell would find it. */
async function isProgram(command: string, env: World['env']): Promise<boolean> {
  const folders = isAbsolute(command) ? [''] : (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of folders) {
    const found = await access(join(folder, command), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
