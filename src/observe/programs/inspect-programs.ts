import type { Box } from '../../model/box.ts';
import type { ProgramFact } from '../../model/facts/program-fact.ts';
import { NotCollected } from '../machine.ts';
import { FIRST_BYTES, inspectProgram, interpreterOf, programPaths } from './inspect-program.ts';

/**
 * Describes programs on any box. On a remote box this takes one round trip, and a second if scripts name interpreters.
 * Returns nothing for a box that cannot be observed.
 */
export async function inspectPrograms(
  box: Box,
  names: readonly string[],
  folder: string = box.folder,
): Promise<ProgramFact[]> {
  const searchIn = { env: box.baseline, folder };
  if (box.kind === 'local' || names.length === 0) return names.map((name) => inspectProgram(name, searchIn));
  const [{ observeOn }, { each }] = await Promise.all([
    import('../remote/remote-observer.ts'),
    import('../remote/fragments.ts'),
  ]);
  const fragments = (programs: readonly string[]) => {
    const paths = programs.flatMap((name) => programPaths(name, searchIn));
    return [each('c', paths), each(`a ${FIRST_BYTES}`, paths)];
  };
  try {
    const machine = await observeOn(box, fragments(names));
    const interpreters = names.flatMap((name) => {
      const path = programPaths(name, searchIn).find((each) => machine.program(each) !== 'none');
      const head = path === undefined ? undefined : machine.head(path);
      return (head?.kind === 'read' && interpreterOf(head.value)?.program) || [];
    });
    const whole =
      interpreters.length === 0 ? machine : await observeOn(box, fragments([...names, ...interpreters]));
    return names.map((name) => inspectProgram(name, searchIn, whole));
  } catch (error) {
    if (error instanceof NotCollected) return [];
    throw error;
  }
}
