import { type CompletionValue, type CompletionVerb, globalCompletions } from './completion-verbs.ts';

/** For bash 3.2 (macOS) and later, without the bash-completion package. */
export function bashScript(verbs: readonly CompletionVerb[]): string {
  const dashed = (flags: CompletionVerb['flags']) => flags.map((flag) => `--${flag.name}`).join(' ');
  const values = verbs.flatMap((verb) =>
    verb.flags
      .filter((flag) => flag.value.kind !== 'none')
      .map((flag) => `    '${verb.name}':--${flag.name}) ${answer(flag.value)}; return ;;`),
  );
  const flags = verbs.map((verb) => `      '${verb.name}') flags='${dashed(verb.flags)}' ;;`);
  const families = verbs.filter((each) => verbs.some(({ name }) => name.startsWith(`${each.name} `)));
  const places = verbs.map((verb) => `    '${verb.name}') ${answer(verb.argument)} ;;`);
  return `# Completion of runbook for bash: source <(runbook completion bash)
_runbook_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_runbook_files() { compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); }
_runbook_documents() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY=($(compgen -d -- "$cur"; compgen -f -X '!*.md' -- "$cur"))
}
_runbook_steps() { _runbook_words "$("\${COMP_WORDS[0]}" __complete \${file:+"$file"} 2>/dev/null | cut -f1)"; }
_runbook_passes() { _runbook_words "$("\${COMP_WORDS[0]}" __complete --passes \${file:+"$file"} 2>/dev/null | cut -f1)"; }
_runbook_boxes() { _runbook_words "$("\${COMP_WORDS[0]}" __complete --boxes 2>/dev/null | cut -f1)"; }
_runbook() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb='' file='' flags='' word i places=0
  COMPREPLY=()
  # --flag=value comes as three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -*) ;;
      *)
        if [[ -z $verb ]]; then verb=$word
        elif [[ ' ${families.map(({ name }) => name).join(' ')} ' == *" $verb "* ]]; then verb="$verb $word"
        elif [[ \${COMP_WORDS[i-1]} != [-=]* ]]; then
          places=$((places + 1))
        fi
        if [[ -n $verb && $word == *.md ]]; then file=$word; fi
        ;;
    esac
  done
  if [[ -z $verb ]]; then
    _runbook_words '${verbs
      .map((verb) => verb.name)
      .filter((name) => !name.includes(' '))
      .join(' ')} ${dashed(globalCompletions)}'
    return
  fi
  case $verb:$prev in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $verb in
${flags.join('\n')}
    esac
    _runbook_words "$flags"
    return
  fi
  case $verb in
${places.join('\n')}
  esac
}
complete -F _runbook runbook
`;
}

function answer(value: CompletionVerb['argument'] | CompletionValue): string {
  switch (value.kind) {
    case 'none':
    case 'free':
      return ':';
    case 'step':
      return '_runbook_steps';
    case 'pass':
      return '_runbook_passes';
    case 'box':
      return '_runbook_boxes';
    case 'boxes':
      return `if ((places < ${value.boxes})); then _runbook_boxes; else _runbook_files; fi`;
    case 'file':
      return '_runbook_files';
    case 'document':
      return '_runbook_documents';
    case 'words':
      return `_runbook_words '${value.words.join(' ')}'`;
  }
}
