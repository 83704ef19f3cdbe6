import { lstat, readFile, realpath, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { InitReport } from '../../model/report.ts';

/** The heading by which the text is known again. */
const HEADING = '## Changing this box';

/** What an agent reads at the start of every session. Short on purpose: the server says the rest. */
const RULES = `${HEADING}

How this system is brought up, and every problem solved on the way, stands in @AUTODOCK.md.

- Change this box only through the \`apply_step\` tool of the runbook server. Bash may read and build.
- Call \`runbook_read\` first, and again after any restart or compaction: its \`now\` says what is next.
- When a step fails, call \`env_observe\` before you change anything.
- Once a problem is gone, call \`problem_resolve\` with the Why; \`env_save\` writes what worked.
- Never run \`runbook approve\`, \`runbook resume\` or anything with \`--yes\`: those are a person's.
`;

/** `alwaysLoad`: Claude Code shows its model the tools at once, and not only their names. */
const SERVER = { command: 'runbook', args: ['mcp', 'AUTODOCK.md'], alwaysLoad: true };

type File = InitReport['files'][number];

/**
 * Makes a project ready for Claude Code: the server in `.mcp.json`, the rules in CLAUDE.md. What stands in either is kept, and a
 * second time changes nothing. A symlink is followed within the folder only: CLAUDE.md is often one to AGENTS.md beside it, and
 * a project from elsewhere could bring one to a file of the person's.
 * @throws RunbookError 65 for an `.mcp.json` that is no JSON object, 3 for a link out of the folder, or what cannot be written:
 * all is left as it is
 */
export async function writeClaudeProject(folder: string): Promise<File[]> {
  const [server, rules] = [join(folder, '.mcp.json'), join(folder, 'CLAUDE.md')];
  for (const path of [server, rules]) await refuseLinkOut(folder, path);
  return [await writing(server, writeServer), await writing(rules, writeRules)];
}

async function refuseLinkOut(folder: string, path: string): Promise<void> {
  const status = await lstat(path).catch(() => undefined);
  if (!status?.isSymbolicLink()) return;
  const home = await realpath(folder);
  const target = await realpath(path).catch(() => undefined);
  if (target?.startsWith(home + sep)) return;
  const where = target === undefined ? 'nowhere' : `to ${target}, outside of ${home}`;
  throw refused('link-out', `${path} is a symbolic link ${where}, so nothing was written through it.`);
}

async function writing(path: string, write: (path: string) => Promise<File>): Promise<File> {
  try {
    return await write(path);
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    throw refused('unwritable-file', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function refused(code: string, message: string): RunbookError {
  const remedy = 'Look what stands there, move it away or mend it, then run the same command again.';
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.person);
}

async function writeServer(path: string): Promise<File> {
  const before = await textOf(path);
  const config = before === undefined ? {} : objectIn(path, before);
  const servers = recordIn(config.mcpServers ?? {});
  if (!servers) throw noObject(`"mcpServers" of ${path}`);
  if (servers.runbook !== undefined) return { path, action: 'unchanged' };
  const after = { ...config, mcpServers: { ...servers, runbook: SERVER } };
  await writeFile(path, `${JSON.stringify(after, undefined, 2)}\n`);
  return { path, action: before === undefined ? 'created' : 'changed' };
}

async function writeRules(path: string): Promise<File> {
  const before = await textOf(path);
  if (before?.includes(HEADING)) return { path, action: 'unchanged' };
  const eol = before?.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === undefined || before === '' ? '' : before.endsWith('\n') ? eol : `${eol}${eol}`;
  await writeFile(path, `${before ?? ''}${gap}${RULES.replaceAll('\n', eol)}`);
  return { path, action: before === undefined ? 'created' : 'changed' };
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function objectIn(path: string, text: string): Record<string, unknown> {
  try {
    const value = recordIn(JSON.parse(text));
    if (value) return value;
  } catch {
    // Told below: there is nothing to add about where it breaks.
  }
  throw noObject(path);
}

function recordIn(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function noObject(what: string): RunbookError {
  const message = `${what} is no JSON object, so it was left as it is.`;
  const remedy = 'Mend it, then run the same command again.';
  return new RunbookError([{ code: 'bad-mcp-json', severity: 'error', message, remedy }], EXIT.document);
}
