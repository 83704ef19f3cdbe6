import { type BoxTarget, parseBoxTarget, targetText } from '../../model/box-target.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/**
 * Rejects a name of a launched box or container that does not exist, without connecting to it, so that no one is asked
 * about an impossible pass.
 * @throws RunbookError 64 for an unknown box, 3 if no engine answers
 */
export async function requireKnownBox(on: string | undefined): Promise<void> {
  const target = chosenBox(on);
  if (target?.kind === 'named') await (await import('../../boxes/find-box.ts')).requireBox(target.name);
  if (target?.kind !== 'container') return;
  const { openContainerLink } = await import('../../execute/remote/container-link.ts');
  const { name, engine } = target;
  await (await openContainerLink({ container: name, engine, name: targetText(target) })).close();
}

/** The box of `--on`; undefined for this machine. @throws RunbookError 64 for an invalid box */
export function chosenBox(on: string | undefined): BoxTarget | undefined {
  if (on === undefined) return undefined;
  const target = parseBoxTarget(on);
  if ('message' in target) throw new RunbookError([target], EXIT.usage);
  return target.kind === 'local' ? undefined : target;
}
