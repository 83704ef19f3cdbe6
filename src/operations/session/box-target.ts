import { type BoxTarget, parseBoxTarget, targetText } from '../../model/box-target.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/**
 * Refuses what names no box that is there, as far as that can be told without going to it: a launched box, a container.
 * Nobody should be asked about a pass that cannot be.
 * @throws RunbookError 64 for what names no box, 3 where no engine answers
 */
export async function requireKnownBox(on: string | undefined): Promise<void> {
  const target = chosenBox(on);
  if (target?.kind === 'named') await (await import('../../boxes/find-box.ts')).requireBox(target.name);
  if (target?.kind !== 'container') return;
  const { openContainerLink } = await import('../../execute/remote/container-link.ts');
  const { name, engine } = target;
  await (await openContainerLink({ container: name, engine, name: targetText(target) })).close();
}

/** The box that `--on` names; undefined: this machine. @throws RunbookError 64 for what names no box */
export function chosenBox(on: string | undefined): BoxTarget | undefined {
  if (on === undefined) return undefined;
  const target = parseBoxTarget(on);
  if ('message' in target) throw new RunbookError([target], EXIT.usage);
  return target.kind === 'local' ? undefined : target;
}
