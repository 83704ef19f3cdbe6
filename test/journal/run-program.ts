import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const programs = fileURLToPath(new URL('./programs/', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/test-programs/', import.meta.url));
const bundles = new Map<string, Promise<string>>();

/** A test program bundled as one file for Node 20: what is killed or races needs its own process. */
function program(name: string): Promise<string> {
  const bundle = bundles.get(name) ?? bundleOf(name);
  bundles.set(name, bundle);
  return bundle;
}

/** Written atomically, because several test files may need the same program at once. */
async function bundleOf(name: string): Promise<string> {
  const entryPoints = [join(programs, `${name}.ts`)];
  const options = {
    bundle: true,
    loader: { '.sh': 'text' },
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
  } as const;
  const { outputFiles } = await build({ entryPoints, ...options });
  const path = join(cache, `${name}.mjs`);
  const draft = join(cache, `${name}.${process.pid}`);
  await mkdir(cache, { recursive: true });
  await writeFile(draft, outputFiles[0]?.contents ?? '');
  await rename(draft, path);
  return path;
}

/** How a program ended, and the lines that it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Starts a program; `onLine` receives each printed line. */
export async function start(
  name: string,
  input: unknown,
  options: {
    onLine?: (line: string, child: ChildProcess) => void;
    spawn?: SpawnOptions;
    wrapper?: readonly string[];
  } = {},
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Ended> }> {
  const [command = process.execPath, ...rest] = [
    ...(options.wrapper ?? []),
    process.execPath,
    await program(name),
    JSON.stringify(input),
  ];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env, ...options.spawn });
  const lines: string[] = [];
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const read = createInterface({ input: child.stdout! });
  read.on('line', (line) => {
    lines.push(line);
    options.onLine?.(line, child);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, lines, stderr }));
  });
  return { child, ended };
}
