#!/bin/sh
import module from 'node:module';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { helpWidth } from './cli/output.ts';
import { rootHelp } from './cli/root-help.ts';
import { verbsOf } from './cli/verbs.ts';
import { mcpRow } from './mcp/row.ts';
import { operations } from './operations/all.ts';
import { serveRow } from './serve/row.ts';

// The only place that exits. `--help` and `--version` are answered from the little that is loaded already; all else loads on
// demand. No `await` at the top: the bundled entry is CommonJS, which starts faster (scripts/build.mjs).
//
// The compile cache (Node 22.8 and newer) lies next to the code: only someone who may change the code may change the cache.
const { version } = manifest;
const argv = process.argv.slice(2);
const only = argv.length === 1 ? argv[0] : undefined;

if (only === '--version') process.stdout.write(`${version}\n`);
else if (only === '--help' || only === '-h') {
  process.stdout.write(
    rootHelp(verbsOf([...operations, serveRow, mcpRow]), version, helpWidth(process.stdout)),
  );
} else {
  enableCompileCache(join(__dirname, 'cache'));
  const quit = (exit: number) => process.exit(exit);
  void import('./main.ts').then(async ({ main }) => {
    const exit = await main({ argv, version, quit });
    await Promise.all([process.stdout, process.stderr].map(flushed));
    quit(exit);
  });
}

/** A pipe takes 64 KiB; the rest waits here until its reader has taken them, and an exit would lose it. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) return resolve();
    stream.once('error', resolve).once('close', resolve);
    stream.write('', () => resolve());
  });
}

/** Node 22.8 and newer; the types are those of Node 20. */
function enableCompileCache(folder: string): void {
  (module as { enableCompileCache?: (folder: string) => unknown }).enableCompileCache?.(folder);
}
