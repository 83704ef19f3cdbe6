import { interruptions } from '../../src/cli/interruption.ts';
import { program } from '../../src/cli/program.ts';
import { terminal } from '../../src/terminal.ts';
import { standInOperations } from './stand-in-operations.ts';

// The command with stand-in operations, as a real program on real streams.

const { env, stdin, stdout, stderr } = process;
const signal = interruptions(process, (exit) => process.exit(exit));
const person = terminal({ input: stdin, output: stderr, env, signal });
const exit = await program({
  argv: process.argv.slice(2),
  version: '1.2.3',
  operations: standInOperations,
  world: {
    cwd: process.cwd(),
    env,
    version: '1.2.3',
    folders: { box: '/nowhere', person: '/nowhere' },
    now: () => Date.now(),
    ...(person ? { person } : {}),
    identify: () => Promise.reject(new Error('a stand-in has no box')),
    openBox: () => Promise.reject(new Error('a stand-in has no box')),
  },
  stdout,
  stderr,
  signal,
});
process.exit(exit);
