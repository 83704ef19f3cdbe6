import type { OperationRow } from '../../operations/all.ts';
import { DEFAULT_FILE } from '../flags.ts';
import { cleanLine } from '../render/clean.ts';
import type { Surroundings } from '../surroundings.ts';
import { usage } from '../usage.ts';
import { bashScript } from './bash.ts';
import { completionVerbs } from './completion-verbs.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

export const completionHelp = `runbook completion: print the completion script of a shell

Usage: runbook completion bash|zsh|fish

Completes verbs, flags, markdown files, and step ids after --from and the like.

Examples:
  source <(runbook completion bash)                                 # in ~/.bashrc
  source <(runbook completion zsh)                                  # in ~/.zshrc, after compinit
  runbook completion fish > ~/.config/fish/completions/runbook.fish
`;

/** The script for the shell named first. @throws RunbookError (exit 64) for any other. */
export async function completionScript(
  rest: readonly string[],
  operations: readonly OperationRow[],
): Promise<string> {
  const script = shells[rest[0] as keyof typeof shells];
  if (rest.length !== 1 || !Object.hasOwn(shells, rest[0]!)) {
    const what =
      rest[0] === undefined
        ? 'completion needs the name of a shell'
        : `completion knows no \`${rest.join(' ')}\``;
    throw usage('invalid-value', what, 'One of: bash, zsh, fish.');
  }
  return script(await completionVerbs(operations));
}

/**
 * `runbook __complete [FILE]`, called by those scripts: a step a line, id, tab, title. A document that cannot be read has
 * none; somebody who is still typing wants no errors.
 */
export async function completeSteps(rest: readonly string[], { world }: Surroundings): Promise<string> {
  const { stepIds } = await import('../../operations/step-ids.ts');
  const steps = await stepIds(world.cwd, rest[0] ?? DEFAULT_FILE).catch(() => []);
  return steps.map(({ id, title }) => `${cleanLine(id)}\t${cleanLine(title)}\n`).join('');
}
