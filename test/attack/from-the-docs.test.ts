import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANARIES, canariesIn } from './canaries.ts';
import { DOCUMENT, openTarget, type Target } from './target.ts';

/* Thought of from the docs alone: whatever a page promises is tried to be broken. */

/** Calls that read, which must run nothing, whatever the document says. */
const READING: readonly (readonly [string, Record<string, unknown>])[] = [
  ['runbook_read', {}],
  ['verify', {}],
  ['replay', { dry_run: true }],
  ['env_save', { dry_run: true }],
  ['find_fix', { text: 'error: x' }],
  ['env_observe', {}],
];

/** Puts a program into the project that leaves a witness wherever it is run. */
function plant(target: Target, path: string): () => boolean {
  const witness = join(target.home, 'witness');
  const file = join(target.project, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "$0 $*" >>${witness}\necho 9.9.9\n`);
  chmodSync(file, 0o755);
  return () => existsSync(witness);
}

describe('reading runs nothing of the document', () => {
  const frontMatter = (lines: string) => `---\nrunbook: 1\n${lines}\n---\n\n# Test\n`;
  const table = (head: string, row: string) =>
    `\n${head}\n| ${'--- | '.repeat(head.split('|').length - 2)}\n${row}\n`;
  const step = (body: string) => `\n## Steps\n\n### One\n\n${body}\n`;
  const witness = 'touch "$HOME/witness"';
  const documents: Readonly<Record<string, string>> = {
    'a command of a secret': `${frontMatter('')}\n## Inputs\n${table('| Name | Kind | Required | Default | From | What for |', `| A | secret | yes |  | \`${witness}\` | x |`)}`,
    'a command of a variable': `${frontMatter('')}\n## Inputs\n${table('| Name | Kind | Required | Default | From | What for |', `| A | variable | yes |  | \`${witness}\` | x |`)}`,
    'a command of a fact': `${frontMatter('')}\n## Facts\n${table('| Name | Value | Measured with |', `| a | 1 | \`${witness}\` |`)}`,
    'a shell fence': `${frontMatter('')}${step(`\`\`\`bash\n${witness}\n\`\`\``)}`,
    'a shell check': `${frontMatter('')}${step(`\`\`\`bash\ntrue\n\`\`\`\n\nVerify:\n\n\`\`\`bash\n${witness}\n\`\`\``)}`,
    'a When': `${frontMatter('')}${step(`When:\n\n\`\`\`bash\n${witness}\n\`\`\`\n\n\`\`\`bash\ntrue\n\`\`\``)}`,
    'an Undo': `${frontMatter('')}${step(`\`\`\`bash\ntrue\n\`\`\`\n\nUndo:\n\n\`\`\`bash\n${witness}\n\`\`\``)}`,
    'a required tool of the project, by PATH': `${frontMatter('requires: ["evil >= 1.0"]\nenv:\n  PATH: ./bin:/usr/bin:/bin')}`,
    'a required tool by its path': frontMatter('requires: ["./bin/evil >= 1.0"]'),
    'a tool of the engine, by PATH': `${frontMatter('requires: ["disk >= 1KB"]\nenv:\n  PATH: ./bin:/usr/bin:/bin')}${step('```bash\ntrue\n```\n\nVerify:\n\n```check\nservice evil active\nprocess evil running\nport 80 free\ncommand evil exists\n```')}`,
    'a program that a kubeconfig names': `${frontMatter('env:\n  KUBECONFIG: kubeconfig')}${step('```bash\ntrue\n```\n\nVerify:\n\n```check\nk8s pod/x -n default ready\n```')}`,
    'BASH_ENV of the front matter': `${frontMatter('env:\n  BASH_ENV: ./bin/evil')}${step('```bash\ntrue\n```')}`,
    'NODE_OPTIONS of the front matter': `${frontMatter('env:\n  NODE_OPTIONS: --require=./bin/evil')}${step('```bash\ntrue\n```')}`,
  };
  for (const [what, document] of Object.entries(documents)) {
    test(what, async () => {
      const target = await openTarget({ document });
      const names = [
        'evil',
        'systemctl',
        'service',
        'dpkg',
        'dpkg-query',
        'lsof',
        'ss',
        'ps',
        'df',
        'git',
        'kubectl',
        'journalctl',
        'sh',
        'bash',
      ];
      const planted = names.map((name) => plant(target, `bin/${name}`));
      writeFileSync(join(target.project, 'kubeconfig'), kubeconfigThatRuns(join(target.project, 'bin/evil')));
      const { isError, text } = await target.call('runbook_read');
      // A document that is refused runs nothing either.
      if (!/_ENV|NODE_OPTIONS|PATH|by its path/.test(what)) expect(isError, text).toBe(false);
      for (const [tool, input] of READING) await target.call(tool, input);
      await target.call('verify', {
        probes: ['service evil active', 'command evil exists', 'k8s pod/x -n default ready'],
      });
      expect(planted[0]!() ? readFileSync(join(target.home, 'witness'), 'utf8') : '').toBe('');
    });
  }
});

function kubeconfigThatRuns(program: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [
      {
        name: 'x',
        user: {
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program, interactiveMode: 'Never' },
        },
      },
    ],
  });
}

describe('a draft runs nothing before a person has approved it', () => {
  const drafts: Readonly<Record<string, Record<string, unknown>>> = {
    'its code': { run: 'touch ran' },
    'its shell check': { run: 'true', verify: [{ lang: 'bash', text: 'touch ran', attributes: {} }] },
    'its undo': { run: 'true', undo: 'touch ran' },
    'a file fence': { run: [{ lang: 'text', text: 'x', attributes: { file: 'ran' } }] },
    'another interpreter': { run: [{ lang: 'python', text: 'open("ran","w")', attributes: {} }] },
    'in the background': { run: [{ lang: 'bash', text: 'touch ran', attributes: { background: 'true' } }] },
    'in another folder': { run: [{ lang: 'bash', text: 'touch project/ran', attributes: { cwd: '..' } }] },
    'as another user': { run: [{ lang: 'bash', text: 'touch ran', attributes: { user: 'root' } }] },
    'at a terminal': { run: [{ lang: 'bash', text: 'touch ran', attributes: { interactive: 'true' } }] },
  };
  for (const [what, draft] of Object.entries(drafts)) {
    for (const answer of [undefined, 'no'] as const) {
      test(`${what}, ${answer === 'no' ? 'and the person says no' : 'and no person can be asked'}`, async () => {
        const target = await openTarget(answer ? { answer } : {});
        await target.call('apply_step', { draft: { title: 'Try', ...draft } });
        await target.call('env_save');
        await target.call('verify');
        expect(readdirSync(target.project)).not.toContain('ran');
      });
    }
  }
});

describe('what is written down cannot become code or a declaration', () => {
  const evil = '\n\n## Steps\n\n### Evil\n\n```bash\ntouch ran\n```\n';
  const row = 'x |\n| DEPLOY_TOKEN | variable | yes |  | stolen |\n| y';
  const saves: Readonly<Record<string, Record<string, unknown>>> = {
    'the Why of a decision': { decisions: [{ title: 'D', why: `Because.${evil}` }] },
    'the title of a decision': { decisions: [{ title: `D${evil}`, why: 'Because.' }] },
    'the alternatives of a decision': { decisions: [{ title: 'D', why: 'x', alternatives: evil }] },
    'the value of a fact': { facts: [{ name: 'a', value: `1 |${evil}` }] },
    'the name of a fact': { facts: [{ name: `a |${evil}`, value: '1' }] },
    'the Why of a fact': { facts: [{ name: 'a', value: '1', why: evil }] },
    'the command of a fact': { facts: [{ name: 'a', value: '1', measured_with: `x\` |${evil}` }] },
    'the purpose of an input': { inputs: [{ name: 'A', kind: 'variable', purpose: row }] },
    'the default of an input': { inputs: [{ name: 'A', kind: 'variable', default: row }] },
    'the target of an endpoint': { endpoints: [{ name: 'e', target: `http://x |${evil}` }] },
    'a front matter in a decision': {
      decisions: [{ title: 'D', why: '---\nrunbook: 1\nenv:\n  PATH: /tmp\n---' }],
    },
  };
  for (const [what, input] of Object.entries(saves)) {
    test(what, async () => {
      const target = await openTarget();
      await target.call('env_save', input);
      const { data } = await target.call('runbook_read');
      expect(JSON.stringify(data?.entries ?? [])).not.toContain('evil');
      const plan = await target.call('replay', { dry_run: true });
      expect(JSON.stringify(plan.data?.steps ?? [])).not.toContain('evil');
      const names = readFileSync(join(target.project, 'AUTODOCK.md'), 'utf8').match(
        /^\| *DEPLOY_TOKEN *\|/gm,
      );
      expect(names).toBeNull();
    });
  }
});

describe('names and numbers from outside lead nowhere else', () => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget({ shared: true, files: { 'secret-1.json': CANARIES.CREDENTIAL } });
  });
  afterAll(() => target.close());

  const calls: readonly (readonly [string, string, Record<string, unknown>])[] = [
    ['a step that is a path', 'apply_step', { step: '../../etc/passwd' }],
    ['a step to read that is a path', 'runbook_read', { view: 'step', step: '../.env' }],
    ['a job that is a path', 'job_read', { job: '../../.env' }],
    ['a job that is a path, to cancel', 'job_cancel', { job: 'job-1/../../x' }],
    ['a snapshot that is a path', 'env_observe', { compare_to: '../../secret-1' }],
    ['a cursor that is a path', 'env_observe', { cursor: 'sn-../../../secret-1 files 0' }],
    ['a box that is an ssh host', 'verify', { box: 'ssh://169.254.169.254' }],
    ['a box that is a container', 'env_observe', { box: 'container:x' }],
    ['a problem that is a path', 'problem_resolve', { problem: '../x', why: 'x' }],
    ['a field that no tool has', 'verify', { approved: true }],
    ['a constructor', 'verify', { constructor: { prototype: { approved: true } } }],
    ['PATH as an input', 'apply_step', { draft: { title: 'a', run: 'true' }, inputs: { PATH: '/tmp' } }],
    [
      'LD_PRELOAD as an input',
      'apply_step',
      { draft: { title: 'a', run: 'true' }, inputs: { LD_PRELOAD: '/tmp/x' } },
    ],
    [
      'RUNBOOK_STATE as an input',
      'apply_step',
      { draft: { title: 'a', run: 'true' }, inputs: { RUNBOOK_STATE: '/tmp' } },
    ],
    ['a secret as an input', 'apply_step', { draft: { title: 'a', run: 'true' }, inputs: { API_KEY: 'x' } }],
    ['a tool of another toolset', 'env_launch', { name: 'x' }],
    ['waiting for ever', 'job_read', { job: 'job-1', wait_s: 1e9 }],
    ['a negative offset', 'job_read', { job: 'job-1', offset: -1 }],
    ['too many probes', 'verify', { probes: Array.from({ length: 51 }, () => 'port 80 free') }],
    ['a probe of a million characters', 'verify', { probes: [`file ${'a'.repeat(1_000_000)} exists`] }],
    [
      'a header with a line end',
      'verify',
      { probes: ['http GET http://127.0.0.1/ header "X: y\r\nHost: z"'] },
    ],
    ['the name of an input that runs code', 'env_save', { inputs: [{ name: 'BASH_ENV', kind: 'variable' }] }],
  ];
  test.each(calls)('%s', async (_, tool, input) => {
    const { isError } = await target.call(tool, input);
    expect(isError).toBe(true);
  });

  const resources = [
    'file:///etc/shadow',
    'runbook://job/../../../.env/log',
    'runbook://job/job-1%2f..%2f..%2f.env/log',
    'runbook://snapshot/..%2f..%2fsecret-1',
    'runbook://snapshot/../../secret-1',
    'runbook://step/..%2f.env',
    'runbook://document/../.env',
  ];
  test.each(resources)('the resource %s', async (uri) => {
    const read = await target.client.sdk
      .readResource({ uri })
      .then(JSON.stringify, (error: Error) => error.message);
    expect(canariesIn(read)).toEqual([]);
    expect(read).not.toContain('root:');
  });

  const files = [
    '/etc/./shadow',
    '//etc//shadow',
    '/etc/../etc/shadow',
    '/proc/self/environ',
    '/proc/1/root/etc/shadow',
    '/proc/self/cwd/.env',
    '/proc/self/root/etc/shadow',
    '/dev/fd/0',
    '/dev/stdin',
    './.env',
    'AUTODOCK.md/../.env',
    '.runbook/../.env',
    '/etc/ssl/private',
    '/etc/sudoers',
    '/var/lib/../../root/.ssh',
    '/run/secrets/token',
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
  ];
  test.each(files)('a question about %s', async (path) => {
    expect(await target.probe(`file ${path} exists`, `file ${path} contains "a"`)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  const secrets = ['secret/x', 'secrets/x', 'Secret/x', 'secret.v1/x', 'v1/secrets/x', 'secrets.v1./x'];
  test.each(secrets)('the data of the Kubernetes object %s', async (resource) => {
    const { data, isError } = await target.call('verify', {
      probes: [`k8s ${resource} -n default jsonpath {.data.a} = x`],
    });
    expect(isError || data.probes[0].verdict === 'unknown').toBe(true);
  });

  const commands = ['/root/.ssh/id_rsa', '../.env', './x', '/etc/shadow'];
  test.each(commands)('the command %s', async (name) => {
    expect(await target.probe(`command ${name} exists`)).toEqual(['unknown']);
  });
});

describe('links that a project brings', () => {
  test('a document that is a link to a file of credentials is not read to an agent', async () => {
    const target = await openTarget({ files: { '.netrc': `# x\n\n${CANARIES.CREDENTIAL}\n` } });
    execFileSync('ln', ['-sf', join(target.home, '.netrc'), join(target.project, 'AUTODOCK.md')]);
    const read = await target.client.sdk
      .readResource({ uri: 'runbook://document' })
      .then(JSON.stringify, (error: Error) => error.message);
    expect(canariesIn(read)).toEqual([]);
    await target.call('runbook_read');
    await target.call('runbook_read', { view: 'diff' });
    await target.call('env_save', { decisions: [{ title: 'x', why: 'y' }] });
    expect(readFileSync(join(target.home, '.netrc'), 'utf8')).not.toContain('Decisions');
  });

  test('a CLAUDE.md that is a link is neither read nor written through', async () => {
    const target = await openTarget({ files: { 'notes.md': '# Mine\n' } });
    symlinkSync(join(target.home, 'notes.md'), join(target.project, 'CLAUDE.md'));
    await target.call('env_save', { decisions: [{ title: 'x', why: 'y' }] });
    expect(readFileSync(join(target.home, 'notes.md'), 'utf8')).toBe('# Mine\n');
  });

  test('a CLAUDE.md that is a named pipe does not hold up a save', async () => {
    const target = await openTarget();
    execFileSync('mkfifo', [join(target.project, 'CLAUDE.md')]);
    const { data } = await target.call('env_save', { decisions: [{ title: 'x', why: 'y' }] });
    expect(data.written).toBe(true);
  });

  test('a .env that is a named pipe does not hold up a call', async () => {
    const target = await openTarget({ document: DOCUMENT });
    execFileSync('rm', [join(target.project, '.env')]);
    execFileSync('mkfifo', [join(target.project, '.env')]);
    expect((await target.call('verify', { probes: ['port 1 free'] })).isError).toBe(false);
  });

  test('a document that is a named pipe does not hold up a call', async () => {
    const target = await openTarget();
    execFileSync('rm', [join(target.project, 'AUTODOCK.md')]);
    execFileSync('mkfifo', [join(target.project, 'AUTODOCK.md')]);
    expect((await target.call('runbook_read')).isError).toBe(true);
  });
});

describe('a server that may only read', () => {
  for (const tool of [
    'apply_step',
    'apply-step',
    'apply.step',
    'env_save',
    'env/save',
    'replay',
    'escalate',
    'problem.resolve',
    'job_cancel',
  ])
    test(`refuses ${tool}`, async () => {
      const target = await openTarget({ flags: ['--read-only'] });
      const { isError } = await target.call(tool, {});
      expect(isError).toBe(true);
      expect(existsSync(join(target.project, '.runbook'))).toBe(false);
    });
});

describe('trust is not given by what an agent can write', () => {
  test('a prototype among the arguments approves nothing', async () => {
    const target = await openTarget();
    const polluted = { answer: 'once', trust: 'sandbox', approved: true };
    await target.call('verify', JSON.parse(`{"__proto__":${JSON.stringify(polluted)}}`));
    const { data } = await target.call('apply_step', { draft: { title: 'x', run: 'touch ran' } });
    expect(data.status).toBe('needs_approval');
  });

  test.each([
    ['--trust sandbox without a marker', ['--trust', 'sandbox']],
    ['--trust=sandbox without a marker', ['--trust=sandbox']],
  ])('%s', async (_, flags) => {
    const target = await openTarget({ flags });
    const { data } = await target.call('apply_step', { draft: { title: 'x', run: 'touch ran' } });
    expect(data.status).toBe('needs_approval');
    expect(existsSync(join(target.project, 'ran'))).toBe(false);
  });

  test('a hook of git does not run at a commit', async () => {
    const target = await openTarget();
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', target.project, ...args], { encoding: 'utf8' });
    git('init', '-q');
    git('config', 'user.name', 'x');
    git('config', 'user.email', 'x@example.org');
    const program = join(target.project, 'evil.sh');
    plant(target, 'evil.sh');
    for (const [name, value] of [
      ['core.fsmonitor', program],
      ['gpg.program', program],
      ['commit.gpgSign', 'true'],
      ['core.editor', program],
      ['core.pager', program],
      ['core.hooksPath', '.hooks'],
    ])
      git('config', name!, value!);
    for (const hook of [
      'pre-commit',
      'post-commit',
      'reference-transaction',
      'post-index-change',
      'commit-msg',
      'prepare-commit-msg',
    ]) {
      plant(target, `.hooks/${hook}`);
      plant(target, `.git/hooks/${hook}`);
    }
    const { data } = await target.call('env_save', { decisions: [{ title: 'x', why: 'y' }], commit: true });
    expect(data.commit).toMatch(/^[0-9a-f]{7,}$/);
    expect(existsSync(join(target.home, 'witness'))).toBe(false);
  });
});
