import { readlink, realpath } from 'node:fs/promises';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import type { World } from '../world.ts';

/**
 * The folder of the project. Clients of Agent Plugins start a plugin's server in the folder of the plugin; there, it is the folder
 * that the client itself was started in.
 * @throws RunbookError 64 where that is not known
 */
export async function projectFolder({ cwd, env }: Pick<World, 'cwd' | 'env'>): Promise<string> {
  const { PLUGIN_ROOT, PWD } = env;
  if (!PLUGIN_ROOT || !(await isSame(cwd, PLUGIN_ROOT))) return cwd;
  // Codex passes no PWD. Linux shows the working folder of the parent process.
  const folder = PWD ?? (await readlink(`/proc/${process.ppid}/cwd`).catch(() => undefined));
  if (folder && !(await isSame(folder, PLUGIN_ROOT))) return folder;
  throw runbookError(
    {
      code: 'no-project-folder',
      message: `runbook mcp must start in the folder of a project. It was started in the folder of its plugin, ${cwd}.`,
      remedy:
        'Add the server to the configuration of the project: docs/agents.md has the line for each client.',
    },
    EXIT.usage,
  );
}

async function isSame(one: string, other: string): Promise<boolean> {
  const paths = await Promise.all([one, other].map((path) => realpath(path).catch(() => path)));
  return paths[0] === paths[1];
}
