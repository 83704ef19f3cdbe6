import { resolve } from 'node:path';
import type { Target } from '../../fleet/inventory.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { Input } from '../../model/runbook.ts';
import { resolveInputs } from '../../secrets/resolve.ts';
import type { World } from '../../world.ts';
import { refuseErrors } from '../document/document.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import { type ApprovedDocument, bareEnvironment, runDocumentCommand } from '../session/session.ts';

/**
 * The world of every box's pass: nobody to ask, since two questions at once could not be told apart, and in its
 * environment what was asked or fetched here once for all: a command that gives a secret runs once and not for each box.
 * @throws RunbookError 3 with every input that is missing for some box
 */
export async function askForFleet(
  { world }: OperationContext,
  { runbook, document, approved }: ApprovedDocument,
  flags: ReplayFlags,
  targets: readonly Target[],
): Promise<World> {
  const { values, missing } = await resolveInputs(notGivenByAll(runbook.inputs, targets), {
    given: flags.input,
    env: world.env,
    envFile: flags.envFile && resolve(world.cwd, flags.envFile),
    folder: document.folder,
    person: world.person,
    allowCommands: true,
    runCommand: (command) =>
      runDocumentCommand(world, document.folder, bareEnvironment(runbook), { command, approved }),
  });
  refuseErrors(missing, EXIT.person);
  const asked = [...values].filter(([, { source }]) => source === 'prompt' || source === 'command');
  const { person: _, ...rest } = world;
  return {
    ...rest,
    env: { ...world.env, ...Object.fromEntries(asked.map(([name, { value }]) => [name, value])) },
  };
}

/** What every target gives for itself is missing nowhere. */
export function notGivenByAll(inputs: readonly Input[], targets: readonly Target[]): Input[] {
  return inputs.map((input) =>
    targets.every((target) => target.inputs[input.name] !== undefined)
      ? { ...input, required: false }
      : input,
  );
}
