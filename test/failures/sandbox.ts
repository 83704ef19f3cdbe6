import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const SPACES = ['--mount', '--net', '--pid', '--ipc', '--uts'];
const PATH =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin:/root/.cargo/bin';
const ENVIRONMENT = { PATH, HOME: '/root', LANG: 'C.UTF-8', USER: 'root', CARGO_HOME: '/root/.cargo' };

/** One finding as `apply_step` returns it. */
export interface ShownFinding {
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
}

/** What a caller reads of an attempt. */
export interface ShownAttempt {
  readonly status: string;
  readonly job: string | null;
  readonly output_tail?: string;
  readonly findings: readonly ShownFinding[];
  readonly guard?: { readonly code: string; readonly verdict: string; readonly reason: string };
}

/** A throw-away copy of this machine in namespaces of its own, with `runbook mcp` running in it. */
export interface Sandbox {
  apply(args: Record<string, unknown>): Promise<ShownAttempt>;
  /** Ids of what `env_observe` finds and measures now. */
  evidence(): Promise<string[]>;
  /** Runs a script there that the engine does not see, as another terminal would. */
  beside(script: string, env?: Record<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** Why no sandbox can be made here, or undefined. */
export function sandboxMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux namespaces';
  if (process.getuid?.() !== 0) return 'needs root, for mounts';
  if (spawnSync('unshare', [...SPACES, '--fork', 'true']).status !== 0) return 'unshare is not allowed here';
  return existsSync(BIN) ? undefined : 'dist/bin.js is missing: npm run build';
}

/** Programs of the list that this machine does not have. */
export function missingPrograms(names: readonly string[]): string[] {
  return names.filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH } }).status !== 0,
  );
}

/** Runs `setup` in a fresh sandbox and starts the server there, as `user` if given. */
export async function openSandbox(setup: string, user = 'root'): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-case-'));
  await writeFile(join(folder, 'setup.sh'), setup);
  await copyFile(join(here, 'lib.sh'), join(folder, 'lib.sh'));
  const transport = new StdioClientTransport({
    command: 'env',
    args: [
      '-i',
      ...words(ENVIRONMENT),
      'unshare',
      ...SPACES,
      '--fork',
      '--kill-child',
      ...inside(folder, user),
    ],
    stderr: 'pipe',
  });
  let errors = '';
  transport.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const client = new Client({ name: 'measuring set', version: '1' });
  const close = async () => {
    await client.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await client.connect(transport, { timeout: 90_000 });
  } catch (error) {
    await close();
    throw new Error(errors.trim() || String(error));
  }
  return {
    apply: (args) => apply(client, args),
    evidence: () => evidence(client),
    beside: (script, env) => beside(transport.pid!, script, env),
    close,
  };
}

function inside(folder: string, user: string): string[] {
  const server = [process.execPath, BIN, 'mcp', '--trust', 'sandbox'];
  const start =
    user === 'root'
      ? server
      : ['setpriv', `--reuid=${user}`, '--regid=app', '--init-groups', ...asUser(server)];
  return ['bash', join(here, 'sandbox.sh'), folder, ...start];
}

const asUser = (server: string[]) => ['env', 'HOME=/home/app', 'USER=app', ...server];

const words = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => `${name}=${value}`);

async function apply(client: Client, args: Record<string, unknown>): Promise<ShownAttempt> {
  const shown = await call<ShownAttempt>(client, 'apply_step', args);
  if (shown.status !== 'running' || !shown.job) return shown;
  const read = await call<Partial<ShownAttempt>>(client, 'job_read', { job: shown.job, wait_s: 55 });
  return { ...shown, ...read, findings: read.findings ?? [] };
}

async function evidence(client: Client): Promise<string[]> {
  const seen = await call<unknown>(client, 'env_observe', {});
  return [...new Set(JSON.stringify(seen).match(/\bev-[\w-]+/g) ?? [])].slice(0, 5);
}

async function call<T>(client: Client, name: string, args: Record<string, unknown>): Promise<T> {
  const result = await client.callTool({ name, arguments: args }, undefined, { timeout: 120_000 });
  if (result.isError) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as T;
}

async function beside(unshare: number, script: string, env: Record<string, string> = {}): Promise<void> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'utf8');
  const first = children.trim().split(' ')[0]!;
  await promisify(execFile)(
    'nsenter',
    ['-t', first, '-m', '-n', '-p', '-i', '-u', '-r', '-w', 'bash', '-e', '-c', script],
    {
      env: { ...ENVIRONMENT, ...env },
    },
  );
}
