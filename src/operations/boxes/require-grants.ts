import { boxError } from '../../boxes/box-errors.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { openGrants } from '../../journal/decisions/grants.ts';
import type { BoxIdentity } from '../../model/box.ts';
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

/** What may be sent to another box of what a session has. */
interface Sending {
  readonly env: Readonly<Record<string, string>>;
  /** Names of the secrets among it. */
  readonly secrets: readonly string[];
  /** Whether something is about to run there; a look does without secrets. */
  readonly acting: boolean;
  /** `--yes` covers this one run. */
  readonly yes: boolean;
}

/**
 * The variables for a box that is not this machine: secrets only where a person let it have them, and none where nothing of
 * the document may run: a shell would act on some of them (BASH_ENV, PATH) by itself.
 * @throws RunbookError 3 where something is to run that may not have its secrets
 */
export async function envForBox(
  world: World,
  { id, name }: BoxIdentity,
  { env, secrets, acting, yes }: Sending,
): Promise<Readonly<Record<string, string>>> {
  if (!acting) return {};
  if (secrets.length > 0 && !yes) await requireGrants(world, { name, container: id }, secrets);
  return env;
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
  return boxError(
    'secret-not-granted',
    `Nobody has granted ${missing.join(', ')} to the box ${box}; nothing was sent.`,
    `A person says so on a terminal: runbook box grant ${box} ${missing.join(' ')}.`,
  );
}
