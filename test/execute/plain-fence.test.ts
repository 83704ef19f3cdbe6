import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainFenceText } from '../../src/execute/shell/plain-fence.ts';
import { fence, openBox, runOn, temporaryFolder } from './box.ts';

describe('plain', () => {
  test.each([
    ['echo hello\n', 'echo hello'],
    ['echo one\n\n# why\n  echo two  \n', 'echo one &&\n\n\necho two'],
    [
      'apt-get install -y nginx\nsystemctl start nginx\n',
      'apt-get install -y nginx &&\nsystemctl start nginx',
    ],
    ['curl -fsSL https://get.k3s.io | sh -\n', 'curl -fsSL https://get.k3s.io | sh -'],
    ['echo "quoted $HOME" \'and $not\' >/tmp/x 2>&1\n', 'echo "quoted $HOME" \'and $not\' >/tmp/x 2>&1'],
    ['[ -f /etc/passwd ]\n', '[ -f /etc/passwd ]'],
    ['ls *.md ${HOME}/a-b_c\n', 'ls *.md ${HOME}/a-b_c'],
    ['./run.sh --set a=b,c=d key=value\n', './run.sh --set a=b,c=d key=value'],
    ['echo "a | b"\n', 'echo "a | b"'],
    ['grep x < in >> out 2>err\n', 'grep x < in >> out 2>err'],
  ])('%j', (text, plain) => {
    expect(plainFenceText(text)).toBe(plain);
  });
});

describe('not plain', () => {
  test.each([
    '',
    '# only a comment',
    'cd /tmp',
    'export A=1',
    'A=1 make',
    'A=1',
    'unset A',
    'exit 0',
    'exec nginx',
    'set -x',
    'source env.sh',
    '. env.sh',
    'read -r x',
    'trap x EXIT',
    'kill 1',
    'wait',
    'umask 077',
    'ulimit -n 5',
    'eval echo',
    'command cd /',
    'builtin cd /',
    'printf -v PATH x',
    'printf x',
    'if true; then echo; fi',
    'while read x',
    'time make',
    'coproc cat',
    '! false',
    'function f',
    'f() { :; }',
    '{ echo; }',
    '(echo)',
    'echo a; echo b',
    'echo a && echo b',
    'echo a || echo b',
    'server &',
    'echo $(date)',
    'echo `date`',
    'echo "$(date)"',
    'echo "`date`"',
    'echo $((1+1))',
    'echo ${A:-b}',
    'echo ${A:=b}',
    'echo $$',
    'echo $!',
    'echo $?',
    'echo $1',
    'echo $RANDOM',
    'echo $BASHPID',
    'echo $LINENO',
    'echo "$SECONDS"',
    'echo $runbook_frame',
    'echo $_',
    "echo $'a'",
    'echo a \\',
    'echo a\\ b',
    'cat <<EOF\nx\nEOF',
    'cat <<< x',
    'cat <(ls)',
    'echo a >(cat)',
    'echo x 3>file',
    'echo x {fd}>file',
    'echo a # comment',
    'echo "open\nclose"',
    "echo 'open\nclose'",
    'ls | cd /',
    'ls |& cat',
    'ls |',
    '| ls',
    'ls || true',
    '$COMMAND x',
    '"echo" x',
    '~/bin/x',
    'echo ok\ncd /',
    '[[ -f x ]]',
    'echo x >',
    'echo \0',
  ])('%j', (text) => {
    expect(plainFenceText(`${text}\n`)).toBeUndefined();
  });
});

/**
 * Proves that plain fences behave the same: generated scripts, run by the shared shell and in a subshell, give the same
 * output, exit code, state and files.
 */
test('a plain fence behaves as in its own shell', async () => {
  const folders = [temporaryFolder(), temporaryFolder()];
  for (const folder of folders) {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'fails.sh'), 'echo failing; exit 3\n');
    writeFileSync(join(folder, 'killed.sh'), 'kill -TERM $$\n');
  }
  const [quick, own] = await Promise.all([
    openBox({ folder: folders[0]!, plain: true, env: { NAME: "it's a  name", EMPTY: '' } }),
    openBox({ folder: folders[1]!, plain: false, env: { NAME: "it's a  name", EMPTY: '' } }),
  ]);
  const word = fc.constantFrom(
    'a',
    '-n',
    '*',
    's?b',
    '$NAME',
    '"$NAME"',
    "'$NAME'",
    '${EMPTY}',
    '"x${EMPTY}y"',
    '$UNSET_HERE',
    '"two  words"',
    '{b,c}',
    '~',
    '=',
    '--a=b',
    '[ab]',
    '!',
    '""',
    'sub',
    'ünï',
  );
  const name = fc.constantFrom(
    'echo',
    'echo',
    'echo',
    'true',
    'false',
    'test',
    '[',
    'pwd',
    'cat',
    'ls',
    'wc',
    'sort',
    'nosuchprogram',
    'mkdir',
    'sh fails.sh',
    'sh killed.sh',
    './fails.sh',
    'env',
    'head -c 5',
    'touch',
    '/usr/bin/printf',
  );
  const redirection = fc.constantFrom(
    '',
    '',
    '',
    '>out',
    '>>out',
    '2>&1',
    '2>/dev/null',
    '>/nonexistent/x',
    '</etc/hostname',
    '< nothing',
    '&>both',
    '>&2',
    '> "$NAME"',
  );
  const command = fc
    .tuple(name, fc.array(word, { maxLength: 3 }), redirection)
    .map((parts) => parts.flat().join(' ').trim());
  /** Stages that read everything; otherwise the writer's SIGPIPE would be random. */
  const consumer = fc.constantFrom('cat', 'wc -c', 'sort -u', 'tail -n 1', 'cat >&2');
  const line = fc.oneof(
    { weight: 5, arbitrary: command },
    { weight: 2, arbitrary: fc.tuple(command, consumer, consumer).map((all) => all.join(' | ')) },
    { weight: 1, arbitrary: fc.constantFrom('', '# a comment', '  ') },
  );
  const script = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);

  let plain = 0;
  await fc.assert(
    fc.asyncProperty(script, async (text) => {
      if (plainFenceText(text) !== undefined) plain += 1;
      const [here, there] = await Promise.all([runOn(quick, fence(text)), runOn(own, fence(text))]);
      const files = 'x=1; ls -A; cat out both 2>/dev/null; rm -rf out both "$NAME"';
      const [left, right] = await Promise.all([runOn(quick, fence(files)), runOn(own, fence(files))]);
      const order = text.includes('|') ? 'by chance' : 'exact';
      expect(seen(here, folders[0]!, order)).toEqual(seen(there, folders[1]!, order));
      expect(seen(left, folders[0]!, 'exact')).toEqual(seen(right, folders[1]!, 'exact'));
    }),
    { numRuns: 150 },
  );
  expect(plain).toBeGreaterThan(75);
});

/** Stages of a pipeline write their errors in any order, some letter by letter, so only the letters are compared. */
function seen(
  { end, state, output }: Awaited<ReturnType<typeof runOn>>,
  folder: string,
  order: 'exact' | 'by chance',
) {
  const evened = output
    .replaceAll(folder, 'FOLDER')
    .replace(/(line \d+: +)\d+( [A-Z])/g, '$1PID$2')
    .replace(/^SHLVL=.*\n|^_=.*\n|^RUNBOOK_FENCE=.*\n/gm, '');
  return { end, state, output: order === 'exact' ? evened : [...evened].sort().join('') };
}
