import { type CompletionFlag, type CompletionVerb, globalCompletions } from './completion-verbs.ts';

/** For fish 3, in `~/.config/fish/completions/runbook.fish`. */
export function fishScript(verbs: readonly CompletionVerb[]): string {
  const lines = [
    ...verbs.map(
      (verb) => `complete -c runbook -n __fish_use_subcommand -a ${verb.name} -d ${quote(verb.summary)}`,
    ),
    ...globalCompletions.map((flag) => `complete -c runbook -l ${flag.name} -d ${quote(flag.summary)}`),
    ...verbs.flatMap((verb) => [
      `complete -c runbook -n ${within(verb)} -a ${quote(argument(verb))}`,
      ...verb.flags
        .filter((flag) => !globalCompletions.includes(flag))
        .map(
          (flag) =>
            `complete -c runbook -n ${within(verb)} -l ${flag.name} -d ${quote(flag.summary)}${value(flag)}`,
        ),
    ]),
  ];
  return `# Completion of runbook for fish: runbook completion fish > ~/.config/fish/completions/runbook.fish
function __runbook_steps
  set -l words (commandline -opc)
  $words[1] __complete (string match -- '*.md' $words)[1] 2>/dev/null
end
complete -c runbook -f
${lines.join('\n')}
`;
}

const within = (verb: CompletionVerb) => `'__fish_seen_subcommand_from ${verb.name}'`;

function argument({ argument }: CompletionVerb): string {
  switch (argument.kind) {
    case 'document':
      return '(__fish_complete_suffix .md)';
    case 'words':
      return argument.words.join(' ');
    default:
      return '(__fish_complete_path)';
  }
}

function value({ value }: CompletionFlag): string {
  switch (value.kind) {
    case 'none':
      return '';
    case 'free':
      return ' -x';
    case 'step':
      return " -x -a '(__runbook_steps)'";
    case 'file':
      return ' -r -F';
    case 'words':
      return ` -x -a ${quote(value.words.join(' '))}`;
  }
}

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
