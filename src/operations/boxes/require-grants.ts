import type { LaunchedBox } from '../../boxes/find-box.ts';
import { trouble } from '../../boxes/trouble.ts';
import { openGrants } from '../../journal/grants.ts';
import type { World } from '../../world.ts';

/**
 * Goes on only where a person lets this box have these secrets: granted before, or at the terminal now.
 * @throws RunbookError 3 naming what is not granted
 */
export async function requireGrants(
  world: World,
  box: Pick<LaunchedBox, 'name' | 'container'>,
  secrets: readonly string[],
): Promise<void> {
  const granted = await openGrants(world.folders.person).grantedTo(box.container);
  const missing = secrets.filter((each) => !granted.has(each));
  if (missing.length === 0) return;
  const question = `Give ${missing.join(', ')} to the box ${box.name}, now and later?`;
  if (!(await world.person?.confirm(question))) throw ungranted(box.name, missing);
  await grantAll(world, box, missing, 'terminal');
}

/** Writes a person's word down. */
export async function grantAll(
  world: World,
  box: Pick<LaunchedBox, 'container'>,
  secrets: readonly string[],
  how: string,
): Promise<void> {
  const grants = openGrants(world.folders.person);
  const at = new Date(world.now()).toISOString();
  for (const secret of secrets) await grants.grant({ secret, box: box.container, at, how });
}

function ungranted(box: string, missing: readonly string[]): Error {
  return trouble(
    'secret-not-granted',
    `Nobody has granted ${missing.join(', ')} to the box ${box}; nothing was sent.`,
    `A person says so on a terminal: runbook box grant ${box} ${missing.join(' ')}.`,
  );
}
