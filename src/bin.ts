#!/bin/sh
import manifest from '../package.json' with { type: 'json' };
import { helpWidth } from './cli/output.ts';
import { rootHelp } from './cli/root-help.ts';
import { verbsOf } from './cli/verbs.ts';
import { leanHeap } from './lean-heap.ts';
import { mcpRow } from './mcp/row.ts';
import { operations } from './operations/all.ts';

// The only place that exits. `--help` and `--version` are answered from the little that is loaded already; all else loads on
// demand. No `await` at the top: the bundled entry is CommonJS, which starts faster (scripts/build.mjs).
const { version } = manifest;
const argv = process.argv.slice(2);
const only = argv.length === 1 ? argv[0] : undefined;

if (only === '--version') process.stdout.write(`${version}\n`);
else if (only === '--help' || only === '-h') {
  process.stdout.write(rootHelp(verbsOf([...operations, mcpRow]), version, helpWidth(process.stdout)));
} else {
  leanHeap({ serves: argv[0] === 'mcp' });
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
