import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the clients are kept between runs. Outside of the repository: they are a gigabyte and a half. */
const CACHE = join(process.env.RUNBOOK_TEST_CACHE ?? join(homedir(), '.cache', 'agent-runbook'), 'clients');

/** A real client, with the version that the tests were written against. */
export interface ClientPackage {
  readonly from: 'npm' | 'PyPI';
  readonly name: string;
  readonly version: string;
  /** The program, below the folder that it is installed into. */
  readonly program: string;
}

/** In the order in which they are installed: if time runs out, the last ones are missing. */
export const clientPackages = {
  /** The newest release. It asks for Node 22, but ships a program of its own. */
  claude: {
    from: 'npm',
    name: '@anthropic-ai/claude-code',
    version: '2.1.332',
    program: 'node_modules/.bin/claude',
  },
  codex: { from: 'npm', name: '@openai/codex', version: '0.171.0', program: 'node_modules/.bin/codex' },
  opencode: { from: 'npm', name: 'opencode-ai', version: '1.18.33', program: 'node_modules/.bin/opencode' },
  gemini: { from: 'npm', name: '@google/gemini-cli', version: '0.61.0', program: 'node_modules/.bin/gemini' },
  pythonSdk: { from: 'PyPI', name: 'mcp', version: '2.3.0', program: 'bin/python' },
  fastmcp: { from: 'PyPI', name: 'fastmcp', version: '4.2.3', program: 'bin/python' },
  /** The newest release that npm picks on Node 20. */
  claudeNode20: {
    from: 'npm',
    name: '@anthropic-ai/claude-code',
    version: '2.1.197',
    program: 'node_modules/.bin/claude',
  },
} as const satisfies Record<string, ClientPackage>;

export type ClientName = keyof typeof clientPackages;

/** A client that can be run, or why it cannot. */
export type Installed = { readonly program: string } | { readonly missing: string };

/** Until when clients may be installed: RUNBOOK_INSTALL_CLIENTS is how many seconds all installations may take. */
const deadline = Date.now() + 1000 * Number(process.env.RUNBOOK_INSTALL_CLIENTS ?? 0);

/** Finds a client in the cache, or installs it there while there is time. Half an installation is never left behind under its name. */
export async function installClient(client: ClientPackage): Promise<Installed> {
  const folder = join(CACHE, `${client.name.replace(/^@.*\//, '')}-${client.version}`);
  const program = join(folder, client.program);
  if (existsSync(program)) return { program };
  const label = `${client.name} ${client.version}`;
  if (!process.env.RUNBOOK_INSTALL_CLIENTS) {
    return { missing: `${label} is not installed; "npm run test:clients" installs it into ${CACHE}` };
  }
  const timeout = deadline - Date.now();
  if (timeout < 1_000) return { missing: `no time was left to install ${label}` };
  const unfinished = `${folder}.${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await (client.from === 'npm' ? installFromNpm : installFromPyPI)(client, unfinished, timeout);
    await rename(unfinished, folder);
    return existsSync(program) ? { program } : { missing: `${label} has no ${client.program}` };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const { stderr, message } = error as { stderr?: string; message: string };
    return { missing: `${label} cannot be installed: ${(stderr || message).trim().slice(-300)}` };
  }
}

async function installFromNpm({ name, version }: ClientPackage, cwd: string, timeout: number): Promise<void> {
  await writeFile(join(cwd, 'package.json'), '{}\n');
  const flags = ['--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...flags, `${name}@${version}`], { cwd, timeout });
}

/** Scripts of a virtual environment hold its path, so only its Python is used: that works after the folder is renamed. */
async function installFromPyPI(
  { name, version }: ClientPackage,
  folder: string,
  timeout: number,
): Promise<void> {
  await run('python3', ['-m', 'venv', folder], { timeout });
  const flags = ['--quiet', '--no-compile', '--disable-pip-version-check'];
  await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', ...flags, `${name}==${version}`], {
    timeout,
  });
}
