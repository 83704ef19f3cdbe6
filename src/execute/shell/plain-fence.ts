/**
 * Returns the text that the shared shell may run directly, for a fence that cannot change its shell; undefined for any
 * other fence. Every line must be a simple command or a pipeline of simple commands, with words that mean the same
 * everywhere. The returned text joins lines with `&&` in place of errexit and keeps line numbers.
 *
 * Pure and conservative: only text known to be harmless is plain. Lines are judged separately, so a quote, list or
 * here-document that spans lines is never plain. Not allowed: assignments, substitutions, escapes, comments at the end
 * of a line, lists, keywords, and builtins other than those that only print or test. Any other command word is assumed
 * to be a program.
 */
export function plainFenceText(text: string): string | undefined {
  const lines = text.split('\n').map((line) => {
    const trimmed = line.replace(/^[ \t]+|[ \t]+$/g, '');
    return trimmed.startsWith('#') ? '' : trimmed;
  });
  const last = lines.findLastIndex((line) => line !== '');
  if (last < 0 || !lines.every((line) => line === '' || isPlain(line))) return undefined;
  return lines
    .slice(0, last + 1)
    .map((line, at) => (line === '' || at === last ? line : `${line} &&`))
    .join('\n');
}

function isPlain(line: string): boolean {
  if (!PIPELINE.test(line)) return false;
  const commands = [...line.matchAll(COMMAND_WORD)].map((match) => match[1]!);
  const names = [...line.matchAll(VARIABLE)].map((match) => match[1]!);
  return !commands.some((word) => NOT_PLAIN.has(word)) && !names.some((name) => OWN_VARIABLE.test(name));
}

const variable = String.raw`\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})`;
const single = `'[^']*'`;
const double = String.raw`"(?:[^"\\$\x60]|${variable})*"`;
const bare = String.raw`[\w./:=@%+,^~*?!{}[\]-]`;
const word = `(?:${bare}|${variable}|${single}|${double})+`;
const redirection = String.raw`(?:[12]?>&[12]|(?:[012]?(?:>>?|<)|&>>?)[ \t]*${word})`;
const name = String.raw`(?:[A-Za-z0-9_./][A-Za-z0-9_./+:@%,-]*|\[)`;
const command = String.raw`${name}(?:[ \t]+(?:${word}|${redirection}))*`;

const PIPELINE = new RegExp(String.raw`^${command}(?:[ \t]*\|[ \t]*${command})*$`);

/** Does not skip quotes, which may contain a bar. A word too many is then checked, which errs on the safe side. */
const COMMAND_WORD = new RegExp(String.raw`(?:^|\|)[ \t]*(${name})`, 'g');

const VARIABLE = /\$\{?([A-Za-z_]\w*)/g;

/** Variables that the shell counts or computes, and those of the shell loop. */
const OWN_VARIABLE =
  /^(?:BASH.*|COMP_.*|EPOCH.*|HIST.*|OPT.*|RUNBOOK_.*|runbook_.*|COLUMNS|DIRSTACK|FUNCNAME|LINENO|LINES|MAPFILE|PIPESTATUS|RANDOM|REPLY|SECONDS|SHELLOPTS|SHLVL|SRANDOM|_)$/;

/** Keywords, and every builtin of bash (`compgen -bk`, 5.2) except `[ : echo false pwd test true`. */
const NOT_PLAIN = new Set(
  `. alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown enable eval
  exec exit export fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd read readarray
  readonly return set shift shopt source suspend times trap type typeset ulimit umask unalias unset wait
  if then else elif fi case esac for select while until do done in function time coproc`.split(/\s+/),
);
