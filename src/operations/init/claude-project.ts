import { access, constants, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, sep } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { InitReport } from '../../model/report.ts';
import type { World } from '../../world.ts';

/** The heading by which the text is known again. */
const HEADING = '## Changing this box';

/**
 * What an agent reads at the start of every session. Short on purpose: the server says the rest. AUTODOCK.md is named and not
 * imported: it grows, and runbook_read shows the part that is needed.
 */
const RULES = `${HEADING}

How this system is brought up, and every problem solved on the way, stands in \`AUTODOCK.md\`.

- Change this box only through the \`apply_step\` tool of the runbook server. Bash may read and build.
- Call \`runbook_read\` first, and again after any restart or compaction: its \`now\` says what is next.
- When a step fails, call \`env_observe\` before you change anything.
- Once a problem is gone, call \`problem_resolve\` with the Why; \`env_save\` writes what worked.
- Never run \`runbook approve\`, \`runbook resume\` or anything with \`--yes\`: those are a person's.
`;

type File = InitReport['files'][number];

/** Which tools Claude Code may call without a question of its own. */
export const ALLOWANCES = {
  reading: ['runbook_read', 'env_observe', 'verify', 'find_fix', 'job_read'].map(
    (name) => `mcp__runbook__${name}`,
  ),
  all: ['mcp__runbook'],
} as const;

export type Allowance = keyof typeof ALLOWANCES;

/**
 * Makes a project ready for Claude Code: the server in `.mcp.json`, the rules in CLAUDE.md and in AGENTS.md where there is one,
 * and what it may call without asking in `.claude/settings.local.json`. What stands in any of them is kept, and a second time
 * changes nothing. A symlink is followed within the folder only: CLAUDE.md is often one to AGENTS.md beside it, and a project
 * from elsewhere could bring one to a file of the person's.
 * @throws RunbookError 65 for a JSON file that is no object, 3 for a link out of the folder, or what cannot be written: all is
 * left as it is
 */
export async function writeClaudeProject(
  folder: string,
  { world, allow }: { world: Pick<World, 'env'>; allow: Allowance | undefined },
): Promise<File[]> {
  const [server, rules, agents] = ['.mcp.json', 'CLAUDE.md', 'AGENTS.md'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const settings = join(folder, '.claude', 'settings.local.json');
  for (const path of [server, rules, agents, dirname(settings), settings]) await refuseLinkOut(folder, path);
  const command = await serverCommand(world);
  return [
    await writing(server, (path) => writeServer(path, command)),
    ...((await isOwnFile(agents, rules)) ? [await writing(agents, writeRules)] : []),
    await writing(rules, writeRules),
    ...(allow === undefined ? [] : [await writing(settings, (path) => writeAllowance(path, allow))]),
  ];
}

/** `runbook` where a shell would find it; else the program that runs now, by its path. */
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

async function writeServer(path: string, [command, ...args]: readonly string[]): Promise<File> {
  const before = await textOf(path);
  const config = before === undefined ? {} : objectIn(path, before);
  const servers = recordIn(config.mcpServers ?? {});
  if (!servers) throw noObject(`"mcpServers" of ${path}`);
  if (servers.runbook !== undefined) return { path, action: 'unchanged' };
  // `alwaysLoad`: Claude Code shows its model the tools at once, and not only their names.
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
  if (!permissions || !Array.isArray(known)) throw noObject(`"permissions" of ${path}`);
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
