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
 * The world of every box's pass: without a person, because two questions at once could not be distinguished, and with
 * the values that were asked or fetched once for all boxes in its environment. A command that returns a secret runs
 * once, not for each box.
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

/** An input that every target sets is never missing. */
export function notGivenByAll(inputs: readonly Input[], targets: readonly Target[]): Input[] {
  return inputs.map((input) =>
    targets.every((target) => target.inputs[input.name] !== undefined)
      ? { ...input, required: false }
      : input,
  );
}
