import { boxError } from './box-errors.ts';
import { call, errorText } from './call.ts';

/** A container engine's program. Both take the same words for all that is asked of them here. */
export type EngineProgram = 'podman' | 'docker';

const programs: readonly EngineProgram[] = ['podman', 'docker'];

let found: Promise<EngineProgram> | undefined;

/**
 * The engine of this host: podman where there is one, else docker with a daemon that answers. Asked once per process.
 * @throws RunbookError 3 where there is neither
 */
export function findEngine(): Promise<EngineProgram> {
  found ??= askEach();
  found.catch(() => {
    found = undefined;
  });
  return found;
}

async function askEach(): Promise<EngineProgram> {
  const reasons: string[] = [];
  for (const program of programs) {
    const said = await call(program, ['ps', '--quiet']);
    if (said.code === 0) return program;
    reasons.push(`${program}: ${said.code === 127 ? 'not installed' : errorText(said)}`);
  }
  throw noBoxes(reasons);
}

/** Why no box can start here. */
export function noBoxes(reasons: readonly string[]): Error {
  return boxError(
    'no-container-engine',
    `No box can start here: ${reasons.join('; ')}.`,
    'Install podman (apt-get install podman), or start docker.',
  );
}
