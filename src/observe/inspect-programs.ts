import type { Box } from '../model/box.ts';
import type { ProgramFact } from '../model/program-fact.ts';
import { FIRST_BYTES, inspectProgram, programPaths, shebangOf } from './inspect-program.ts';
import { NotGathered } from './machine.ts';

/**
 * What stands behind the names of programs on a box, whichever it is. On another one in a round trip, and a second where
 * scripts name interpreters. A box that cannot be looked at has no answers: then nothing is said of its programs.
 */
export async function inspectPrograms(
  box: Box,
  names: readonly string[],
  folder: string = box.folder,
): Promise<ProgramFact[]> {
  const place = { env: box.baseline, folder };
  if (box.kind === 'local' || names.length === 0) return names.map((name) => inspectProgram(name, place));
  const [{ observeOn }, { each }] = await Promise.all([
    import('./remote/remote-observer.ts'),
    import('./remote/fragments.ts'),
  ]);
  const pieces = (programs: readonly string[]) => {
    const paths = programs.flatMap((name) => programPaths(name, place));
    return [each('c', paths), each(`a ${FIRST_BYTES}`, paths)];
  };
  try {
    const machine = await observeOn(box, pieces(names));
    const interpreters = names.flatMap((name) => {
      const path = programPaths(name, place).find((each) => machine.program(each) !== 'none');
      const head = path === undefined ? undefined : machine.head(path);
      return (head?.kind === 'read' && shebangOf(head.value)?.program) || [];
    });
    const whole =
      interpreters.length === 0 ? machine : await observeOn(box, pieces([...names, ...interpreters]));
    return names.map((name) => inspectProgram(name, place, whole));
  } catch (error) {
    if (error instanceof NotGathered) return [];
    throw error;
  }
}
