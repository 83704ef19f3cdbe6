import { usageError } from '../../model/diagnostic.ts';
import type { OperationRow } from '../../operations/all.ts';
import type { CommandContext } from '../command-context.ts';
import { DEFAULT_FILE } from '../flags.ts';
import { cleanLine } from '../render/text/clean.ts';
import { bashScript } from './bash.ts';
import { completionVerbs } from './completion-verbs.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

export const completionHelp = `runbook completion: print the completion script of a shell

Usage: runbook completion bash|zsh|fish

Completes verbs, flags, markdown files, step ids after --from and the like, recorded passes, and boxes after --on and "runbook box".

Examples:
  source <(runbook completion bash)                                 # in ~/.bashrc
  source <(runbook completion zsh)                                  # in ~/.zshrc
  runbook completion fish > ~/.config/fish/completions/runbook.fish
`;

/**
 * The completion script of a shell.
 *
 * @throws RunbookError (exit 64) for an unknown shell.
 */
export async function completionScript(
  rest: readonly string[],
  operations: readonly OperationRow[],
): Promise<string> {
  const script = shells[rest[0] as keyof typeof shells];
  if (rest.length !== 1 || !Object.hasOwn(shells, rest[0]!)) {
    const what =
      rest[0] === undefined
        ? 'runbook completion needs the name of a shell.'
        : `runbook completion does not support \`${rest.join(' ')}\`.`;
    throw usageError('invalid-value', what, 'Use bash, zsh or fish.');
  }
  return script(await completionVerbs(operations));
}

/**
 * Called by those scripts: `runbook __complete [FILE]` lists the steps of a document, `runbook __complete --boxes` the
 * boxes launched here, `runbook __complete --passes [FILE]` the recorded passes. One line each: the word, a tab, its description. Prints nothing if the document cannot be read
 * or without a container engine, because errors would disturb the person who is typing.
 */
export async function completeNames(rest: readonly string[], around: CommandContext): Promise<string> {
  const names = await namesFor(rest, around);
  return names.map(([name, what]) => `${cleanLine(name)}\t${cleanLine(what)}\n`).join('');
}

async function namesFor([kind, file]: readonly string[], around: CommandContext): Promise<Named[]> {
  switch (kind) {
    case '--boxes':
      return await boxes();
    case '--passes':
      return await passes(file ?? DEFAULT_FILE, around);
    default:
      return await steps(kind ?? DEFAULT_FILE, around);
  }
}

type Named = readonly [name: string, what: string];

async function steps(file: string, { world }: CommandContext): Promise<Named[]> {
  const { stepIds } = await import('../../operations/document/step-ids.ts');
  const found = await stepIds(world.cwd, file).catch(() => []);
  return found.map(({ id, title }) => [id, title]);
}

async function passes(file: string, { world }: CommandContext): Promise<Named[]> {
  const { passNames } = await import('../../operations/record/pass-names.ts');
  const found = await passNames(world.cwd, file).catch(() => []);
  return found.map(({ id, verb, outcome, box }) => [id, `${verb} on ${box}: ${outcome}`]);
}

async function boxes(): Promise<Named[]> {
  const { boxNames } = await import('../../operations/session/box-names.ts');
  const found = await boxNames().catch(() => []);
  return found.map(({ name, image }) => [name, image]);
}
