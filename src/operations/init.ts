import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import type { InitReport } from '../model/reports/report.ts';
import type { World } from '../world.ts';
import { type Allowance, writeClaudeProject } from './init/claude-project.ts';
import { defineOperation } from './operation.ts';

const input = z.object({
  folder: z
    .string()
    .default('.')
    .describe('the folder to write AUTODOCK.md for')
    .meta({ positional: true, placeholder: 'FOLDER' }),
  claude: z
    .boolean()
    .default(false)
    .describe('also set up Claude Code: the server in .mcp.json, the rules in CLAUDE.md'),
  allow: z
    .enum(['reading', 'all', 'none'])
    .optional()
    .describe('which tools of this server Claude Code may call without asking you; default: ask'),
});

/** What a file says about how the folder is set up. */
interface Trace {
  readonly file: string;
  readonly requires: string;
  readonly title: string;
  readonly why: string;
  readonly run: string;
  readonly check: string;
}

const NODE_PACKAGES = 'Install the Node packages';

/** Each row: a file that belongs to a tool, and the first step that it implies. */
const TRACES: readonly Trace[] = [
  {
    file: 'package-lock.json',
    requires: 'npm',
    title: NODE_PACKAGES,
    why: 'exactly what the lock file names',
    run: 'npm ci',
    check: 'file node_modules/.package-lock.json exists',
  },
  {
    file: 'pnpm-lock.yaml',
    requires: 'pnpm',
    title: NODE_PACKAGES,
    why: 'exactly what the lock file names',
    run: 'pnpm install --frozen-lockfile',
    check: 'file node_modules/.modules.yaml exists',
  },
  {
    file: 'yarn.lock',
    requires: 'yarn',
    title: NODE_PACKAGES,
    why: 'exactly what the lock file names',
    run: 'yarn install --frozen-lockfile',
    check: 'file node_modules exists',
  },
  {
    file: 'package.json',
    requires: 'npm',
    title: NODE_PACKAGES,
    why: 'without a lock file, the installed versions follow the ranges of package.json',
    run: 'npm install',
    check: 'file node_modules/.package-lock.json exists',
  },
  {
    file: 'requirements.txt',
    requires: 'python3',
    title: 'Install the Python packages',
    why: 'in an environment of their own',
    run: 'python3 -m venv .venv\n.venv/bin/pip install -r requirements.txt',
    check: 'file .venv/bin/python exists',
  },
  {
    file: 'go.mod',
    requires: 'go',
    title: 'Download the Go modules',
    why: 'so that building needs no network',
    run: 'go mod download',
    check: 'command go exists',
  },
  {
    file: 'Cargo.lock',
    requires: 'cargo',
    title: 'Fetch the crates',
    why: 'exactly what the lock file names',
    run: 'cargo fetch --locked',
    check: 'command cargo exists',
  },
];

/** A first AUTODOCK.md for a folder: what can be derived from its files, and placeholders for the rest. */
export const init = defineOperation({
  description:
    'Writes AUTODOCK.md with the steps that the files of the folder suggest. An existing AUTODOCK.md is never touched.',
  examples: ['runbook init', 'runbook init services/api', 'runbook init --claude --allow all'],
  input,
  run: async ({ world }, flags): Promise<InitReport> => {
    const folder = resolve(world.cwd, flags.folder);
    const files = await writeFirst(folder);
    if (!flags.claude) return { files };
    const allow = await allowance(world, flags.allow);
    return {
      files: [...files, ...(await writeClaudeProject(folder, { world, allow }))],
      next: 'Start claude in this folder. At its question about the new MCP server choose "Use this MCP server": its default is to continue without it.',
    };
  },
  exit: () => EXIT.done,
});

/** The tool call is approved once, by this server, so that a person is not asked twice for one step. */
async function allowance({ person }: World, given: string | undefined): Promise<Allowance | undefined> {
  const question =
    'Claude Code asks before each tool call, and this server asks before it runs anything that you have not approved. Which of its tools may Claude Code call without asking: all, those that only read, or none?';
  const answer = given ?? (await person?.choose(question, ['all', 'reading', 'none']));
  return answer === 'all' || answer === 'reading' ? answer : undefined;
}

async function writeFirst(folder: string): Promise<InitReport['files']> {
  const traces = await found(folder);
  const path = join(folder, 'AUTODOCK.md');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, firstRunbook(basename(folder), traces), { flag: 'wx' });
    return [{ path, action: 'created' }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return [{ path, action: 'unchanged' }];
    const message = `${path} could not be written (${code}).`;
    throw runbookError(
      { code: 'unwritable-folder', message, remedy: 'Check the permissions and free space of that folder.' },
      EXIT.person,
    );
  }
}

async function found(folder: string): Promise<Trace[]> {
  const present = await Promise.all(
    TRACES.map((trace) =>
      readFile(join(folder, trace.file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  const traces = TRACES.filter((_, index) => present[index]);
  // package.json speaks only where no lock file does.
  return traces.filter(
    ({ file }) =>
      file !== 'package.json' || !traces.some((each) => each.title === NODE_PACKAGES && each.file !== file),
  );
}

function firstRunbook(name: string, traces: readonly Trace[]): string {
  const requires =
    traces.length > 0 ? `requires: [${[...new Set(traces.map((each) => each.requires))].join(', ')}]\n` : '';
  const steps = traces.length > 0 ? traces.map(step).join('\n') : step(EXAMPLE);
  return `---
runbook: 1
name: ${name}
${requires}---

# ${name}

What this system is, in two sentences, for somebody who has never seen it.

## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |

## Steps

${steps}
## Problems

## Facts

| Fact | Value | Unit | Measured with | On | Why it matters |
| --- | --- | --- | --- | --- | --- |

## Decisions

## Endpoints

| Name | URL or port | Check |
| --- | --- | --- |
`;
}

const EXAMPLE: Trace = {
  file: '',
  requires: '',
  title: 'Make the data folder',
  why: 'everything that must survive lives in one place',
  run: 'mkdir -p data',
  check: 'file data exists',
};

function step({ title, why, run, check }: Trace): string {
  return `### ${title}

Why: ${why}.

\`\`\`bash
${run}
\`\`\`

Verify:

\`\`\`check
${check}
\`\`\`
`;
}
