import { shellQuote } from '../../base/shell-quote.ts';
import { type CompletionFlag, type CompletionVerb, globalCompletions } from './completion-verbs.ts';

/**
 * For zsh 5: sourced before, after or without compinit, or as a file `_runbook` in `$fpath`. If completion is not
 * loaded yet, registers at the first prompt, because compinit later in ~/.zshrc would drop an earlier registration.
 */
export function zshScript(verbs: readonly CompletionVerb[]): string {
  const families = verbs.filter((each) => membersOf(each, verbs).length > 0);
  return `#compdef runbook
# Completion of runbook for zsh: source <(runbook completion zsh)
_runbook_named() { # TAG NOUN ARGUMENTS…
  local tag=$1 noun=$2 line
  local -a named
  shift 2
  for line in "\${(@f)$(\${_runbook_command:-runbook} __complete "$@" 2>/dev/null)}"; do
    [[ -n $line ]] && named+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -t $tag $noun named
}
_runbook_steps() {
  local file=\${\${(M)words:#*.md}[1]}
  _runbook_named steps step \${file:+"$file"}
}
_runbook_passes() {
  local file=\${\${(M)words:#*.md}[1]}
  _runbook_named passes pass --passes \${file:+"$file"}
}
_runbook_boxes() { _runbook_named boxes box --boxes; }
${families.map((family) => chooser(`_runbook_${family.name}`, membersOf(family, verbs), '')).join('')}${chooser(
  '_runbook',
  verbs.filter(({ name }) => !name.includes(' ')),
  ' _runbook_command=$words[1]',
  families.map(({ name }) => name),
)}_runbook_register() {
  add-zsh-hook -d precmd _runbook_register
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
  compdef _runbook runbook
}
if [[ \${funcstack[1]} == _runbook ]]; then _runbook "$@"
elif (( $+functions[compdef] )); then compdef _runbook runbook
else autoload -Uz add-zsh-hook && add-zsh-hook precmd _runbook_register; fi
`;
}

/** The verbs of two words that start with this one, by their second word. */
function membersOf({ name }: CompletionVerb, verbs: readonly CompletionVerb[]): CompletionVerb[] {
  return verbs
    .filter((each) => each.name.startsWith(`${name} `))
    .map((each) => ({ ...each, name: each.name.slice(name.length + 1) }));
}

/** A function that completes verbs, and after a verb its arguments. `families` have their own functions. */
function chooser(
  name: string,
  verbs: readonly CompletionVerb[],
  more: string,
  families: readonly string[] = [],
): string {
  const list = verbs.map((verb) => `    ${shellQuote(`${verb.name}:${verb.summary}`)}`);
  const cases = verbs.map((verb) => {
    if (families.includes(verb.name)) return `        ${verb.name}) _runbook_${verb.name} ;;`;
    const specs = [...verb.flags.map(flagSpec), ...placeSpecs(verb.argument)];
    return `        ${verb.name})\n          _arguments ${specs.join(' \\\n            ')} ;;`;
  });
  return `${name}() {
  local curcontext="$curcontext" state line${more}
  typeset -A opt_args
  local -a verbs
  verbs=(
${list.join('\n')}
  )
  _arguments -C ${[...globalCompletions.map(flagSpec), "'1: :->verb'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    verb) _describe -t verbs verb verbs ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}
`;
}

function flagSpec({ name, summary, value }: CompletionFlag): string {
  const says = `--${name}[${summary.replace(/[[\]\\:]/g, '\\$&')}]`;
  switch (value.kind) {
    case 'none':
      return shellQuote(says);
    case 'free':
      return `${shellQuote(`*${says.replace(`--${name}`, `--${name}=`)}:value:`)}`;
    case 'step':
      return shellQuote(`${says.replace(`--${name}`, `--${name}=`)}:step:_runbook_steps`);
    case 'pass':
      return shellQuote(`${says.replace(`--${name}`, `--${name}=`)}:pass:_runbook_passes`);
    case 'box':
      return shellQuote(`${says.replace(`--${name}`, `--${name}=`)}:box:_runbook_boxes`);
    case 'file':
      return shellQuote(`${says.replace(`--${name}`, `--${name}=`)}:file:_files`);
    case 'words':
      return shellQuote(`${says.replace(`--${name}`, `--${name}=`)}:value:(${value.words.join(' ')})`);
  }
}

function placeSpecs(argument: CompletionVerb['argument']): string[] {
  switch (argument.kind) {
    case 'document':
      return [shellQuote('*:runbook:_files -g "*.md"')];
    case 'words':
      return [shellQuote(`1:shell:(${argument.words.join(' ')})`)];
    case 'step':
      return [shellQuote('1:step:_runbook_steps')];
    case 'pass':
      return [shellQuote('1:pass:_runbook_passes')];
    case 'boxes': {
      const boxes = Array.from({ length: argument.boxes }, (_, at) => `${at + 1}:box:_runbook_boxes`);
      return [...boxes, '*:file:_files'].map(shellQuote);
    }
    default:
      return [shellQuote('*:file:_files')];
  }
}
