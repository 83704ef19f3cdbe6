import { access, constants, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, sep } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { EXIT, RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { InitReport } from '../../model/reports/report.ts';
import type { World } from '../../world.ts';

/** The heading that identifies the text. */
const HEADING = '## Changing this box';

/**
 * What an agent reads at the start of every session. Short, because the server explains the rest. AUTODOCK.md is not
 * imported, because it grows: runbook_read shows the part that is needed.
 */
const RULES = `${HEADING}

How this system is set up, and every problem solved on the way, is in \`AUTODOCK.md\`.

- Change this box only through the \`apply_step\` tool of the runbook server. Bash may read and build.
- Call \`runbook_read\` first, and again after any restart or compaction: its \`now\` is the next step.
- When a step fails, call \`env_observe\` before you change anything.
- Once a problem is gone, call \`problem_resolve\` with the Why; \`env_save\` writes what worked.
- Never run \`runbook approve\`, \`runbook resume\` or anything with \`--yes\`: those are for a person.
`;

type File = InitReport['files'][number];

/** The tools that Claude Code may call without asking first. */
export const ALLOWANCES = {
  reading: ['runbook_read', 'env_observe', 'verify', 'find_fix', 'job_read'].map(
    (name) => `mcp__runbook__${name}`,
  ),
  all: ['mcp__runbook'],
} as const;

export type Allowance = keyof typeof ALLOWANCES;

/**
 * Sets up a project for Claude Code: the server in `.mcp.json`, the rules in CLAUDE.md and in an existing AGENTS.md, and
 * the tools that need no question in `.claude/settings.local.json`. Existing content is kept, and a second run changes
 * nothing. Follows symlinks only within the folder: CLAUDE.md is often a link to AGENTS.md, but a project from someone
 * else could link to a file of the person.
 * @throws RunbookError 65 for a file that is not a JSON object, 3 for a link out of the folder, or a file that cannot be
 * written; nothing is changed then
 */
export async function writeClaudeProject(
  folder: string,
  { world, allow }: { world: Pick<World, 'env'>; allow: Allowance | undefined },
): Promise<File[]> {
  const [server, rules, agents] = ['.mcp.json', 'CLAUDE.md', 'AGENTS.md'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const settings = join(folder, '.claude', 'settings.local.json');
  for (const path of [server, rules, agents, dirname(settings), settings]) await requireInside(folder, path);
  const command = await serverCommand(world);
  return [
    await writing(server, (path) => writeServer(path, command)),
    ...((await isOwnFile(agents, rules)) ? [await writing(agents, writeRules)] : []),
    await writing(rules, writeRules),
    ...(allow === undefined ? [] : [await writing(settings, (path) => writeAllowance(path, allow))]),
  ];
}

/** `runbook` if a shell would find it, else the path of the program that runs now. */
async function serverCommand({ env }: Pick<World, 'env'>): Promise<string[]> {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const found = await access(join(folder, 'runbook'), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return ['runbook', 'mcp', 'AUTODOCK.md'];
  }
  return [process.execPath, await realpath(process.argv[1]!), 'mcp', 'AUTODOCK.md'];
}

/** It exists, and is not the same file as the other. */
async function isOwnFile(path: string, other: string): Promise<boolean> {
  const [own, others] = await Promise.all([path, other].map((each) => realpath(each).catch(() => undefined)));
  return own !== undefined && own !== others;
}

async function requireInside(folder: string, path: string): Promise<void> {
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
  const remedy = 'Move the file away or fix it, then run the same command again.';
  return runbookError({ code, message, remedy }, EXIT.person);
}

async function writeServer(path: string, [command, ...args]: readonly string[]): Promise<File> {
  const before = await textOf(path);
  const config = before === undefined ? {} : objectIn(path, before);
  const servers = recordIn(config.mcpServers ?? {});
  if (!servers) throw notAnObject(`"mcpServers" of ${path}`);
  if (servers.runbook !== undefined) return { path, action: 'unchanged' };
  // `alwaysLoad`: Claude Code shows its model the tools at once, not only their names.
  const server = { command, args, alwaysLoad: true };
  await writeFile(path, withValue(before, ['mcpServers', 'runbook'], server));
  const what = `the server "runbook": ${[command, ...args].join(' ')}`;
  return { path, action: before === undefined ? 'created' : 'changed', what };
}

async function writeAllowance(path: string, allow: Allowance): Promise<File> {
  const before = await textOf(path);
  const settings = before === undefined ? {} : objectIn(path, before);
  const permissions = recordIn(settings.permissions ?? {});
  const known = permissions?.allow ?? [];
  if (!permissions || !Array.isArray(known)) throw notAnObject(`"permissions" of ${path}`);
  const wanted = ALLOWANCES[allow].filter((each) => !known.includes(each));
  if (wanted.length === 0) return { path, action: 'unchanged' };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, withValue(before, ['permissions', 'allow'], [...known, ...wanted]));
  return { path, action: before === undefined ? 'created' : 'changed', what: `allows ${wanted.join(', ')}` };
}

/** The text with one value set; everything else keeps its bytes, and the new part the indentation of the file. */
function withValue(before: string | undefined, place: string[], value: unknown): string {
  const text = before === undefined || before.trim() === '' ? '{}\n' : before;
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const [plain] = modify(text, place, value, {});
  // Formatting rewrites the line before an insertion too, so a new property after others is laid out here.
  if (!plain?.content.startsWith(','))
    return applyEdits(text, modify(text, place, value, { formattingOptions }));
  const depth = indent.repeat(place.length);
  const laidOut = JSON.stringify(value, undefined, indent).replaceAll('\n', `\n${depth}`);
  const content = `,\n${depth}${JSON.stringify(place.at(-1))}: ${laidOut}`.replaceAll(
    '\n',
    formattingOptions.eol,
  );
  return applyEdits(text, [{ ...plain, content }]);
}

async function writeRules(path: string): Promise<File> {
  const before = await textOf(path);
  if (before?.includes(HEADING)) return { path, action: 'unchanged' };
  const eol = before?.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === undefined || before === '' ? '' : before.endsWith('\n') ? eol : `${eol}${eol}`;
  await writeFile(path, `${before ?? ''}${gap}${RULES.replaceAll('\n', eol)}`);
  return { path, action: before === undefined ? 'created' : 'changed', what: 'the rules for agents' };
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
    // The error below covers this.
  }
  throw notAnObject(path);
}

function recordIn(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function notAnObject(what: string): RunbookError {
  const message = `${what} must be a JSON object; it was not changed.`;
  const remedy = 'Fix it, then run the same command again.';
  return runbookError({ code: 'bad-mcp-json', message, remedy }, EXIT.document);
}
