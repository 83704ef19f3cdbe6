import { boxError } from '../../boxes/box-errors.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import { openGrants } from '../../journal/decisions/grants.ts';
import type { BoxIdentity } from '../../model/box.ts';
import type { World } from '../../world.ts';

/**
 * Returns only if a person lets this box have these secrets, granted before or confirmed in the terminal now.
 * @throws RunbookError 3 that names the missing grants
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

/** The variables of a session that may be sent to another box. */
interface Sending {
  readonly env: Readonly<Record<string, string>>;
  /** Names of the secrets among them. */
  readonly secrets: readonly string[];
  /** Whether something will run there; observing needs no secrets. */
  readonly acting: boolean;
  /** `--yes` approves this one run. */
  readonly yes: boolean;
}

/**
 * The variables for a remote box: secrets only if a person granted them, and no variables if nothing of the document
 * may run, because a shell acts on some of them (BASH_ENV, PATH).
 * @throws RunbookError 3 if something will run without its secrets
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

/** Stores a person's permission. */
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
    `The box ${box} needs a grant for ${missing.join(', ')}; nothing was sent.`,
    `A person can grant it in a terminal: runbook box grant ${box} ${missing.join(' ')}`,
  );
}
