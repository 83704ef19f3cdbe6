import { nearest } from '../../base/nearest.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/**
 * Refuses a flag that names no step: with a typo in it, `verify --only` would ask nothing and say that all is well.
 * @throws RunbookError 64
 */
export function refuseUnknownId(
  flag: string,
  id: string | undefined,
  file: string,
  ids: readonly string[],
): void {
  if (id === undefined || ids.includes(id)) return;
  const close = nearest(id, ids);
  const all = `Its steps are: ${ids.slice(0, 12).join(', ')}${ids.length > 12 ? ', …' : ''}.`;
  throw new RunbookError(
    [
      {
        code: 'unknown-step',
        severity: 'error',
        message: `--${flag} ${id}: ${file} has no step with that id.`,
        remedy: close ? `Did you mean "${close}"?` : all,
      },
    ],
    EXIT.usage,
  );
}
