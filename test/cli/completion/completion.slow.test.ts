import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { clean } from '../../../src/cli/render/text/clean.ts';
import { startRecord } from '../../../src/journal/passes/pass-recorder.ts';
import { runInPty } from '../pty.ts';
import { plainEnv, type StandIn, standIn } from '../stand-in-command.ts';

let command: StandIn;
let pass: string;
beforeAll(async () => {
  command = await standIn();
  mkdirSync(join(command.folder, 'docs'));
  writeFileSync(join(command.folder, 'notes.txt'), '');
  writeFileSync(join(command.bin, 'podman'), podman, { mode: 0o755 });
  writeFileSync(
    join(command.folder, 'other.md'),
    '# Other\n\n## Steps\n\n### Two words\n\n```bash\ntrue\n```\n',
  );
  const start = {
    verb: 'replay',
    file: 'AUTODOCK.md',
    name: 'test',
    box: 'here',
    document: 'a',
    version: '0',
  };
  const by = { kind: 'person', name: 'me' } as const;
  const recorder = await startRecord(command.folder, { ...start, by }, () => Date.UTC(2026, 10, 28));
  await recorder.end('done');
  pass = recorder.id!;
}, 60_000);

/** An engine with two boxes. */
const podman = `#!/bin/sh
case "$1 $2" in
  'ps --all') printf 'id1\\nid2\\n' ;;
  'container inspect') cat <<'JSON'
${JSON.stringify(['demo', 'web'].map(inspectedBox))}
JSON
  ;;
esac
`;

function inspectedBox(name: string) {
  const image = 'debian:bookworm';
  return {
    Id: name,
    Image: 'sha256:0',
    State: { Status: 'running' },
    Config: { Labels: { 'io.runbook.box': name, 'io.runbook.image': image } },
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Ports: {} },
  };
}

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
/** A shell that is missing is said aloud, not passed over. */
const withShell = (shell: string) => {
  if (!has(shell)) console.warn(`${shell} is not installed: its completion is not tested here`);
  return describe.skipIf(!has(shell));
};
const environment = () => ({ ...plainEnv(), PATH: `${command.bin}:${process.env.PATH}` });

test('completes step ids with titles, and nothing for an unreadable document', async () => {
  expect(await command.run(['__complete'])).toEqual({
    stdout: 'install-k3s\tInstall k3s\nstart-caddy\tStart Caddy\n',
    stderr: '',
    code: 0,
  });
  expect(await command.run(['__complete', 'missing.md'])).toEqual({ stdout: '', stderr: '', code: 0 });
});

test('completes boxes with images, and nothing without an engine', async () => {
  expect(await command.run(['__complete', '--boxes'], { PATH: environment().PATH })).toEqual({
    stdout: 'demo\tdebian:bookworm\nweb\tdebian:bookworm\n',
    stderr: '',
    code: 0,
  });
  expect(await command.run(['__complete', '--boxes'], { PATH: '/nowhere' })).toEqual({
    stdout: '',
    stderr: '',
    code: 0,
  });
});

const cases: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ['runbook re', ['replay']],
  ['runbook --js', ['--json']],
  ['runbook replay --fr', ['--from']],
  ['runbook replay --no-', ['--no-color', '--no-sudo']],
  ['runbook replay --play t', ['throw', 'trickle']],
  ['runbook replay --from ', ['install-k3s', 'start-caddy']],
  ['runbook replay --from=st', ['start-caddy']],
  ['runbook replay other.md --only ', ['two-words']],
  ['runbook replay --env-file no', ['notes.txt']],
  ['runbook plan o', ['other.md']],
  ['runbook completion ', ['bash', 'fish', 'zsh']],
  ['runbook b', ['box']],
  ['runbook box ', ['open', 'status', 'stop']],
  ['runbook replay --on ', ['demo', 'web']],
  ['runbook replay --on=w', ['web']],
  ['runbook box stop ', ['demo', 'web']],
  ['runbook box stop demo no', ['notes.txt']],
  ['runbook box open --js', ['--json']],
  ['runbook box status o', ['other.md']],
  ['runbook status o', ['other.md']],
  ['runbook history 2026', ['PASS']],
  ['runbook logs --pass 2', ['PASS']],
  ['runbook logs sta', ['start-caddy']],
];

withShell('bash')('bash', () => {
  test.each(cases)('%s', (typed, offered) => {
    const script = `
      source <(runbook completion bash)
      COMP_LINE=$1 COMP_WORDS=() COMPREPLY=()
      # As readline does: '=' is a word of its own.
      read -r -a COMP_WORDS <<< "\${1//=/ = }"
      [[ $1 == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _runbook
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const stdout = execFileSync('bash', ['--norc', '-c', script, 'bash', typed], {
      cwd: command.folder,
      env: environment(),
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n').sort()).toEqual(offered.map((each) => (each === 'PASS' ? pass : each)));
  });

  test('completes only documents and folders', () => {
    const script =
      'source <(runbook completion bash); COMP_WORDS=(runbook plan ""); COMP_CWORD=2; _runbook; printf "%s\\n" "${COMPREPLY[@]}"';
    const options = { cwd: command.folder, env: environment(), encoding: 'utf8' } as const;
    expect(execFileSync('bash', ['--norc', '-c', script], options).trim().split('\n').sort()).toEqual([
      '.runbook',
      'AUTODOCK.md',
      'docs',
      'other.md',
    ]);
  });
});

withShell('fish')('fish', () => {
  test.each(cases.filter(([typed]) => !/--(from|on)=/.test(typed)))('%s', (typed, offered) => {
    const script = `runbook completion fish | source; complete -C '${typed}'`;
    const stdout = execFileSync('fish', ['--no-config', '-c', script], {
      cwd: command.folder,
      env: environment(),
      encoding: 'utf8',
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0])
        .sort(),
    ).toEqual(offered.map((each) => (each === 'PASS' ? pass : each)));
  });
});

const COMPINIT = 'autoload -Uz compinit; compinit -u -D';

/** What the screen of a zsh got that was set up so. */
async function completedBy(setUp: string, typed: string, completed: string): Promise<string> {
  // compinit leaves a file at home.
  const env = { ...environment(), HOME: command.bin, ZDOTDIR: command.bin };
  const { said } = await runInPty(['zsh', '-f', '-i'], { cwd: command.folder, env }, [
    { send: `${setUp}; PS1="rea""dy> "\n`, until: 'ready> ' },
    { send: `${typed}\t`, until: completed.slice(-2) },
  ]);
  return clean(said);
}

withShell('zsh')('zsh', () => {
  test.each([
    ['runbook repl', 'runbook replay'],
    ['runbook replay --fr', 'runbook replay --from'],
    ['runbook replay --from st', 'runbook replay --from start-caddy'],
    ['runbook replay other.md --only tw', 'runbook replay other.md --only two-words'],
    ['runbook plan oth', 'runbook plan other.md'],
    ['runbook completion ba', 'runbook completion bash'],
    ['runbook box op', 'runbook box open'],
    ['runbook box status oth', 'runbook box status other.md'],
    ['runbook replay --on de', 'runbook replay --on demo'],
    ['runbook box stop we', 'runbook box stop web'],
    ['runbook box stop web not', 'runbook box stop web notes.txt'],
    ['runbook history 20', 'runbook history 2026-11-28T00-00-00-'],
    ['runbook logs --pass 20', 'runbook logs --pass 2026-11-28T00-00-00-'],
    ['runbook logs st', 'runbook logs start-caddy'],
  ])('%j becomes %j', async (typed, completed) => {
    expect(await completedBy(`${COMPINIT}; source <(runbook completion zsh)`, typed, completed)).toContain(
      completed,
    );
  });

  test.each([
    ['without compinit', 'source <(runbook completion zsh)'],
    ['without compinit, by eval', 'eval "$(runbook completion zsh)"'],
    ['before compinit', `source <(runbook completion zsh); ${COMPINIT}`],
  ])('%s', async (_, setUp) => {
    const completed = 'runbook replay --from start-caddy';
    expect(await completedBy(setUp, 'runbook replay --from st', completed)).toContain(completed);
  });

  test('does nothing in a shell without a prompt', () => {
    const { status, stdout, stderr } = spawnSync(
      'zsh',
      ['-f', '-c', 'eval "$(runbook completion zsh)" && echo fine'],
      { cwd: command.folder, env: environment(), encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'fine\n', stderr: '' });
  });
});
