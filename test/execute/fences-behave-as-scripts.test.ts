import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fence, openBox, runOn, temporaryFolder } from './box.ts';

/**
 * Compares output and exit code with bash itself: the same text as a file, run by `bash -e -o pipefail FILE`. Only
 * names are normalized: the script's path, and the `eval:` that bash puts before a syntax error.
 */
const NASTY: Readonly<Record<string, string>> = {
  'the empty fence': '',
  'one command': 'echo hello\n',
  'no final newline': 'echo hello',
  'several lines': 'echo one\necho two\n',
  'stops at the first failure': 'echo one\nfalse\necho two\n',
  'stops in a pipeline': 'echo one\nfalse | true\necho two\n',
  'a failure in a condition goes on': 'if false; then :; fi\nfalse || echo saved\n! true\necho after\n',
  'last status without errexit': '! true\n',
  'exit with a code': 'exit 3\necho never\n',
  'exit beyond 255': 'exit 300\n',
  'exit 0 in the middle': 'echo one\nexit 0\necho two\n',
  'exit in a function': 'f() { exit 4; }\nf\necho never\n',
  'exit in a subshell': '(exit 7)\necho never\n',
  'exit in a loop': 'for i in 1 2 3; do echo $i; [ $i = 2 ] && exit 5; done\n',
  'exec replaces the shell': 'exec echo replaced\necho never\n',
  'exec of what is not there': 'exec /nonexistent/program\necho never\n',
  'exec with a redirection': 'exec 2>&1\necho to-stderr >&2\n',
  'exec closes the output': 'exec >&-\ntrue\n',
  'return outside a function': 'return 4\necho never\n',
  'set +e': 'set +e\nfalse\necho on\nfalse\n',
  'set -u': 'set -u\necho "$nope"\necho never\n',
  'set -x': 'set -x\necho traced\n',
  'set -v is of no harm': 'set -o nounset\necho fine\n',
  'set shows no frame': 'set | grep -c runbook_frame || true\n',
  'an unclosed double quote': 'echo before\necho "never closed\n',
  'an unclosed single quote': "echo before\necho 'never closed\n",
  'an unclosed brace': 'echo before\n{ echo in\n',
  'an unclosed if': 'if true; then\necho x\n',
  'an unclosed substitution': 'echo $(echo x\n',
  'a stray closing parenthesis': 'echo one\n)\necho two\n',
  'a stray done': 'done\n',
  'a heredoc': 'cat <<EOF\n$((1+1)) "quoted" \'single\'\nEOF\n',
  'a heredoc that is quoted': "cat <<'EOF'\n$HOME `x` \\\\ ' \"\nEOF\n",
  'a heredoc with the marks of ours': "cat <<'RUNBOOK_TEXT'\nx\nRUNBOOK_TEXT\n",
  'an unclosed heredoc': 'cat <<EOF\nline\n',
  'a here-string': 'cat <<<"here $((2+3))"\n',
  'quotes of every kind': `echo 'a'"b"\\c$'\\n'"'"'"' "\\$x"\n`,
  'backslashes at ends': 'echo a\\\nb\necho c\\\\\n',
  'non-ASCII': 'echo "Grüße, 世界 🎉"\n',
  'carriage returns': 'echo a\r\n',
  'tabs and blanks': '\techo\ttab  \n   \n\n# comment\necho x # y\n',
  'functions do not need export': 'greet() { echo "hi $1"; }\ngreet you\n',
  'local variables': 'f() { local x=1; echo $x; }\nx=0; f; echo $x\n',
  arrays: 'a=(1 "2 3" 4)\necho "${#a[@]} ${a[1]}"\ndeclare -A m=([k]=v)\necho "${m[k]}"\n',
  arithmetic: 'echo $((1 + 2)); ((0)) || echo zero\n((0))\necho never\n',
  'status of the last command': 'false || echo "$?"\n',
  'status at the start': 'echo "$?"\n',
  'no arguments': 'echo "$# [$*]"\n',
  'reads from a closed input': 'if read -r line; then echo "got $line"; else echo nothing; fi\ncat\n',
  'input is not a terminal': '[ -t 0 ] || echo no-terminal\n',
  'an EXIT trap': "trap 'echo bye $?' EXIT\necho working\n",
  'an EXIT trap after a failure': "trap 'echo bye $?' EXIT\nfalse\n",
  'an EXIT trap after exit': "trap 'echo bye $?' EXIT\nexit 6\n",
  'an EXIT trap that exits': "trap 'echo bye; exit 9' EXIT\nexit 6\n",
  'an EXIT trap by number': "trap 'echo zero' 0\nfalse\n",
  'an EXIT trap that fails': "trap 'false; echo unreached' EXIT\ntrue\n",
  'an EXIT trap that is taken back': "trap 'echo no' EXIT\ntrap - EXIT\nfalse\n",
  'an EXIT trap in a subshell': "(trap 'echo sub' EXIT; true)\ntrap 'echo main' EXIT\n",
  'an EXIT trap with quotes': `x="it's"\ntrap 'echo "$x" '"'"'q'"'"'' EXIT\n`,
  'an EXIT trap in a function': "f() { trap 'echo set in f' EXIT; }\nf\necho body\n",
  'an EXIT trap over several lines': "trap 'echo one\necho two' EXIT INT TERM\nexit 2\n",
  'an ERR trap': "trap 'echo failed at $LINENO' ERR\ntrue\nfalse\n",
  'an ERR trap is not in functions': "trap 'echo failed' ERR\nf() { false; true; }\nset +e\nf\nset -e\n",
  'no ERR trap before the first': 'set +e\ntrap -p ERR\nfalse\ntrap -p ERR\n',
  'the last argument after a failure': 'set +e\nfalse one two\necho "$_"\n',
  'the status after a failure':
    'set +e\n(exit 5)\necho "$?"\nfalse | (exit 6) | true\necho "${PIPESTATUS[*]}"\n',
  'a failure in a function without errexit': 'f() { false; echo in; }\nset +e\nf\nset -e\nf || echo no\n',
  'options as listed': 'set +o | sort | tr -s "\\t" " "\ncase $- in *E*) echo errtrace;; esac\n',
  'a failure in a substitution':
    'x=$(false; echo on)\necho "$x"\n(set -e; false; echo never) || echo saved\n',
  'a RETURN trap': "f() { trap 'echo returning' RETURN; }\nf\n",
  'a DEBUG trap': "trap 'echo debug' DEBUG\ntrue\n",
  'a TERM trap': "trap 'echo term; exit 3' TERM\nkill -TERM $BASHPID\necho never\n",
  'a signal ends it': 'kill -KILL $BASHPID\n',
  'a signal by $$ ends it': 'kill -TERM $$\necho never\n',
  'an interrupt ends it': 'kill -INT $BASHPID\necho never\n',
  'a child ended by a signal': "sh -c 'kill -TERM $$'\n",
  'a pipe that closes early': 'yes | head -n 1\n',
  'a pipe that closes early, forgiven': 'set +o pipefail\nyes | head -n 2\necho on\n',
  'a process substitution': 'cat <(echo from) <(echo both)\n',
  'a background job that is waited for': '(echo in; exit 3) &\nwait $! || echo "waited $?"\n',
  'no job before the first': 'echo "[${!-none}]"\njobs\n',
  'a coprocess': 'coproc cat\necho hi >&"${COPROC[1]}"\nread -r x <&"${COPROC[0]}"\necho "$x"\n',
  'a command that is not there': 'echo one\nnosuchcommand --flag\n',
  'a program that cannot run': '/etc/passwd\n',
  'a directory as a program': '/tmp\n',
  'a redirection that fails': 'echo x >/nonexistent/file\necho never\n',
  'to /dev/stderr and /dev/stdout': 'echo err >/dev/stderr\necho out >/dev/stdout\necho fd >/dev/fd/2\n',
  'line numbers': 'echo $LINENO\n\n\necho $LINENO\n',
  'line numbers of errors': 'echo one\n\n\nnosuchcommand\n',
  'line number in a function': 'f() {\n  echo $LINENO\n}\nf\n',
  'process ids agree': '[ "$$" = "$BASHPID" ] && echo same\n',
  'depth of subshells': 'echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL)\n',
  'shell options': 'case $- in *e*) echo errexit;; esac\nshopt -o pipefail | tr -s "\\t" " "\n',
  'no monitor mode': 'case $- in *m*) echo monitor;; *) echo none;; esac\n',
  'aliases do not expand': 'alias hi="echo hi"\nhi\n',
  'shopt lastpipe': 'shopt -s lastpipe\necho x | read -r v\necho "$v"\n',
  'extglob set before use': 'shopt -s extglob\n[[ abc == +(a|b|c) ]] && echo yes\n',
  'seconds start at nought': 'echo $SECONDS\n',
  'IFS is its own': 'IFS=,\nx=a,b\nset -- $x\necho "$# $1"\n',
  'umask and ulimit': 'umask 027\numask\nulimit -n 64\nulimit -n\n',
  'functions named like builtins': 'export() { echo mine; }\nprintf() { echo mine; }\nexport A=1\n',
  'readonly variables': 'readonly R=1\nR=2\necho never\n',
  'a parameter that must be set': ': "${NEEDED:?is missing}"\necho never\n',
  'a bad substitution': 'echo ${bad-substitution!}\necho never\n',
  'a very long line': `echo ${'x'.repeat(100_000)} | wc -c\n`,
  'only comments': '# nothing\n# to do\n',
  'eval of an error': "eval 'echo $(('\necho never\n",
  'source of a missing file': 'source /nonexistent/file\necho never\n',
  'select and time': 'TIMEFORMAT=timed\ntime true\n',
  'nothing is inherited beyond 0, 1 and 2':
    'for fd in /proc/self/fd/*; do echo "${fd##*/}"; done | sort -n | grep -vx "251" | head -4\n',
};

describe('a bash fence behaves like the same text in a script file, and leaves its shell usable', () => {
  test.each(Object.entries(NASTY))('%s', async (_name, text) => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    const real = asScript(folder, text);
    const here = await runOn(box, fence(text));
    expect({ end: here.end, output: evened(here.output, 'bash') }).toMatchObject({
      end: { kind: 'exit', code: real.code },
      output: evened(real.output, real.file),
    });
    const next = await runOn(box, fence('x=1; echo "well $?" $# "${A-}"'));
    expect({ end: next.end, output: next.output }).toEqual({
      end: { kind: 'exit', code: 0 },
      output: 'well 0 0 \n',
    });
  });
});

function asScript(folder: string, text: string) {
  const file = join(temporaryFolder(), 'script');
  writeFileSync(file, text);
  const throughPipe = 'bash -e -o pipefail "$1" </dev/null 2>&1 | cat; exit ${PIPESTATUS[0]}';
  const { status, stdout } = spawnSync('bash', ['-c', throughPipe, 'bash', file], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { code: status, output: stdout, file };
}

/** Traces carry one `+` for every surrounding eval. */
function evened(output: string, name: string): string {
  return output
    .replaceAll(`${name}: eval: line`, `${name}: line`)
    .replaceAll(`${name}: `, 'SCRIPT: ')
    .replaceAll('environment: line', 'SCRIPT: line')
    .replace(/^\++ /gm, '+ ')
    .replace(/(line \d+: +)\d+( [A-Z])/g, '$1PID$2');
}
