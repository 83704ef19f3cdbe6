#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { helpWidth } from './cli/output.ts';
import { rootHelp } from './cli/root-help.ts';
import { verbsOf } from './cli/verbs.ts';
import { operations } from './operations/all.ts';

// The only place that exits.
process.exit(await main(process.argv.slice(2)));

/** `--help` and `--version` are answered from the little that is loaded already; all else loads on demand. */
async function main(argv: readonly string[]): Promise<number> {
  const only = argv.length === 1 ? argv[0] : undefined;
  if (only === '--version') return print(`${version()}\n`);
  if (only === '--help' || only === '-h') {
    return print(rootHelp(verbsOf(operations), version(), helpWidth(process.stdout)));
  }
  return await run(argv);
}

async function run(argv: readonly string[]): Promise<number> {
  const [{ program }, { interruptions }, { terminal }, { host }] = await Promise.all([
    import('./cli/program.ts'),
    import('./cli/interruption.ts'),
    import('./terminal.ts'),
    import('./host.ts'),
  ]);
  const { env, stdin, stdout, stderr } = process;
  const signal = interruptions(process, (exit) => process.exit(exit));
  const person = terminal({ input: stdin, output: stderr, env, signal });
  const world = host({ cwd: process.cwd(), env, version: version(), person });
  return await program({ argv, version: version(), operations, world, stdout, stderr, signal });
}

/** The same relative path from src/bin.ts and from dist/bin.js. */
function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}
