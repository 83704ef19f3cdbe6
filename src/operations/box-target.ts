import { type BoxTarget, parseBoxTarget } from '../model/box-target.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';

/** The box that `--on` names; undefined: this machine. @throws RunbookError 64 for what names no box */
export function chosenBox(on: string | undefined): BoxTarget | undefined {
  if (on === undefined) return undefined;
  const target = parseBoxTarget(on);
  if ('message' in target) throw new RunbookError([target], EXIT.usage);
  return target.kind === 'local' ? undefined : target;
}
