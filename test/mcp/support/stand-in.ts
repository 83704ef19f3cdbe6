import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** A server built for a test file, and a folder for the user who runs it. */
export interface StandIn {
  /** The command line of a server over stdio with these options. */
  command(options?: Record<string, unknown>): { command: string; args: string[] };
  /** The person's state folder, and the working folder of the servers. */
  readonly person: string;
  readonly folder: string;
}

/** Builds `runbook mcp` with the tools of stand-in-tools.ts: a real program, as clients start it. */
export function standIn(): StandIn {
  const paths = { folder: '', person: '' };
  beforeAll(async () => {
    paths.folder = await mkdtemp(join(tmpdir(), 'runbook-mcp-'));
    paths.person = join(paths.folder, 'person');
    await mkdir(paths.person, { mode: 0o700 });
    // Scripted people answer at once.
    await writeFile(join(paths.person, 'instant-answers'), '');
    await build({
      entryPoints: [fileURLToPath(new URL('stand-in-server.ts', import.meta.url))],
      outdir: join(paths.folder, 'dist'),
      bundle: true,
      loader: { '.sh': 'text' },
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outExtension: { '.js': '.mjs' },
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
      logLevel: 'error',
    });
  });
  afterAll(() => rm(paths.folder, { recursive: true, force: true }));
  return {
    command: (options = {}) => ({
      command: process.execPath,
      args: [
        join(paths.folder, 'dist', 'stand-in-server.mjs'),
        JSON.stringify({ person: paths.person, ...options }),
      ],
    }),
    get person() {
      return paths.person;
    },
    get folder() {
      return paths.folder;
    },
  };
}
