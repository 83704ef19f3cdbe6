import { type CompletionFlag, type CompletionVerb, globalCompletions } from './completion-verbs.ts';

/** For fish 3, in `~/.config/fish/completions/runbook.fish`. */
export function fishScript(verbs: readonly CompletionVerb[]): string {
  const lines = [
    ...verbs
      .filter(({ name }) => !name.includes(' '))
      .map(
        (verb) => `complete -c runbook -n __fish_use_subcommand -a ${verb.name} -d ${quote(verb.summary)}`,
      ),
    ...globalCompletions.map((flag) => `complete -c runbook -l ${flag.name} -d ${quote(flag.summary)}`),
    ...verbs.flatMap((verb) => [
      `complete -c runbook -n ${isFamily(verb, verbs) ? quote(`__runbook_at ${verb.name} ''`) : within(verb)} -a ${quote(argument(verb))}`,
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
function __runbook_passes
  set -l words (commandline -opc)
  $words[1] __complete --passes (string match -- '*.md' $words)[1] 2>/dev/null
end
function __runbook_boxes
  set -l words (commandline -opc)
  $words[1] __complete --boxes 2>/dev/null
end
# Boxes where fewer than so many words were said, then files.
function __runbook_boxes_then_files
  set -l said (string match -v -- '-*' (commandline -opc)[2..-1])
  if test (count $said) -lt $argv[1]
    __runbook_boxes
  else
    __fish_complete_path
  end
end
# Whether these are the first words that are no flags; an empty one stands for the end.
function __runbook_at
  set -l said (string match -v -- '-*' (commandline -opc)[2..-1])
  test "$said[1]" = $argv[1]; or return 1
  set -q argv[2]; or return 0
  test "$said[2]" = "$argv[2]"
end
complete -c runbook -f
${lines.join('\n')}
`;
}

const within = (verb: CompletionVerb) => `'__runbook_at ${verb.name}'`;

const isFamily = (verb: CompletionVerb, verbs: readonly CompletionVerb[]) =>
  verbs.some(({ name }) => name.startsWith(`${verb.name} `));

function argument({ name, argument }: CompletionVerb): string {
  switch (argument.kind) {
    case 'document':
      return '(__fish_complete_suffix .md)';
    case 'words':
      return argument.words.join(' ');
    case 'boxes':
      return `(__runbook_boxes_then_files ${name.split(' ').length + argument.boxes})`;
    case 'step':
      return '(__runbook_steps)';
    case 'pass':
      return '(__runbook_passes)';
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
    case 'pass':
      return " -x -a '(__runbook_passes)'";
    case 'box':
      return " -x -a '(__runbook_boxes)'";
    case 'file':
      return ' -r -F';
    case 'words':
      return ` -x -a ${quote(value.words.join(' '))}`;
  }
}

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
