import { spawn } from 'node:child_process';
import { connect } from '../../../src/execute/connect.ts';
import type { ProgramResult } from '../../../src/model/box.ts';
import type { RemoteConnection } from '../../../src/observe/remote/remote-observer.ts';

/** A remote machine, accessed by a command that reads a shell script from standard input. */
export function farSide(
  command: readonly string[],
): RemoteConnection & { readonly trips: () => number; readonly dials: () => number } {
  let [trips, dials] = [0, 0];
  return {
    trips: () => trips,
    dials: () => dials,
    connect: (...to) => {
      dials += 1;
      return connect(...to);
    },
    exec: ({ program: { run, input = '' } }) => {
      trips += 1;
      const [name = '', ...args] = [...command, ...(typeof run === 'string' ? ['sh', '-c', run] : run)];
      const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      return new Promise<ProgramResult>((resolve) => {
        const end = (code: number | null, said = '') =>
          resolve({
            code: code ?? 255,
            stdout: Buffer.concat(stdout),
            stderr: Buffer.concat(stderr).toString() + said,
          });
        child.on('error', (error) => end(127, error.message));
        child.on('close', (code) => end(code));
      });
    },
  };
}
