import { nearest } from '../../base/nearest.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';

/**
 * Rejects a flag with an unknown step: with a typo, `verify --only` would check nothing and report success.
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
  throw runbookError(
    {
      code: 'unknown-step',
      message: `--${flag} ${id}: ${file} has no step with that id.`,
      remedy: close ? `Did you mean "${close}"?` : all,
    },
    EXIT.usage,
  );
}
