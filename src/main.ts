import { interruptions } from './cli/interruption.ts';
import { program } from './cli/program.ts';
import { localWorld } from './local-world.ts';
import { mcpRow } from './mcp/row.ts';
import { withPort } from './mcp/transport/default-port.ts';
import { operations } from './operations/all.ts';
import { serveRow } from './serve/row.ts';
import { terminal } from './terminal.ts';

export interface MainOptions {
  readonly argv: readonly string[];
  readonly version: string;
  /** Ends the process at once: when the user presses Ctrl-C twice. */
  readonly quit: (exit: number) => void;
}

/** Puts the command together with this machine, this terminal and this process's signals; answers the exit code. */
export async function main({ argv, version, quit }: MainOptions): Promise<number> {
  const { env, stdin, stdout, stderr } = process;
  const signal = interruptions(process, quit);
  const person = terminal({ input: stdin, output: stderr, env, signal });
  const world = localWorld({ cwd: process.cwd(), env, version, person });
  return await program({
    argv: withPort(argv),
    version,
    operations: [...operations, serveRow, mcpRow],
    world,
    stdout,
    stderr,
    signal,
  });
}
