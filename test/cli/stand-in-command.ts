import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { document } from './samples.ts';

/** How a command ended and what it said. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** The stand-in as a program called `runbook`, and a folder with a document. */
export interface StandIn {
  readonly folder: string;
  /** Folder of the program, for PATH. */
  readonly bin: string;
  readonly script: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
}

/** Bundled as scripts/build.mjs bundles the real one, so that what is tested is what people start. */
export async function standIn(): Promise<StandIn> {
  const root = mkdtempSync(join(tmpdir(), 'runbook-cli-'));
  const [folder, bin, dist] = ['folder', 'bin', 'dist'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [folder, bin]) mkdirSync(each);
  await build({
    entryPoints: [fileURLToPath(new URL('./stand-in.ts', import.meta.url))],
    outdir: dist,
    bundle: true,
    loader: { '.sh': 'text' },
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const script = join(dist, 'stand-in.mjs');
  writeFileSync(join(bin, 'runbook'), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(join(bin, 'runbook'), 0o755);
  writeFileSync(join(folder, 'AUTODOCK.md'), document);
  return {
    folder,
    bin,
    script,
    run: (args, env = {}) => run(process.execPath, [script, ...args], { cwd: folder, env }),
  };
}

/** Runs a program to its end with an environment that says nothing about colours or CI. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...plainEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (text.stdout += chunk));
    child.stderr.on('data', (chunk) => (text.stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...text, code }));
  });
}

export function plainEnv(): NodeJS.ProcessEnv {
  const { CI, NO_COLOR, FORCE_COLOR, NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;
  return { ...env, TERM: 'xterm-256color' };
}
