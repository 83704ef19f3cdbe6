import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';

/** A container engine's program. podman and docker accept the same arguments for everything used here. */
export type EngineProgram = 'podman' | 'docker';

const programs: readonly EngineProgram[] = ['podman', 'docker'];

let found: Promise<EngineProgram> | undefined;

/**
 * The engine of this host: podman if installed, else docker with a running daemon. Detected once per process.
 * @throws RunbookError 3 if neither is available
 */
export function findEngine(): Promise<EngineProgram> {
  found ??= detect();
  found.catch(() => {
    found = undefined;
  });
  return found;
}

async function detect(): Promise<EngineProgram> {
  const reasons: string[] = [];
  for (const program of programs) {
    const result = await runProgram([program, 'ps', '--quiet']);
    if (result.code === 0) return program;
    reasons.push(`${program}: ${result.kind === 'missing' ? 'not installed' : errorText(result)}`);
  }
  throw noEngine(reasons);
}

/** Why no box can start here. */
export function noEngine(reasons: readonly string[]): Error {
  return boxError(
    'no-container-engine',
    `Boxes need a working container engine: ${reasons.join('; ')}.`,
    'Install podman (apt-get install podman), or start docker.',
  );
}
