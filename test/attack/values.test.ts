import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANARIES } from './canaries.ts';
import { DOCUMENT, expectNoOracle, openTarget, type Target } from './target.ts';

const INPUTS =
  '\n## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n';
const withInput = (row: string, rest = '') => `---\nrunbook: 1\n---\n\n# Test\n${INPUTS}${row}\n${rest}`;

/** Every way to have a declared name put into an answer. */
async function askFor(target: Target, name: string, verdict: 'unknown' | 'any' = 'unknown'): Promise<void> {
  const probes = [
    `file \${${name}} exists`,
    `file /etc/hostname contains "\${${name}}"`,
    `tcp \${${name}}:80 open`,
    `tcp 127.0.0.1:\${${name}} open`,
    `process \${${name}} running`,
    `command \${${name}} exists`,
    `service \${${name}} active`,
    `http GET http://127.0.0.1/\${${name}}`,
    `http GET http://\${${name}}/`,
    `fact a = \${${name}}`,
    `port 80 owner \${${name}}`,
  ];
  for (const probe of probes) {
    const { data } = await target.call('verify', { probes: [probe] });
    if (verdict === 'unknown') expect(data?.probes[0].verdict, probe).toBe('unknown');
  }
  await target.call('verify');
  await target.call('runbook_read', { view: 'diff' });
  await target.call('replay', { dry_run: true });
}

describe('a value that only the person knows never comes back', () => {
  for (const name of ['DEPLOY_TOKEN', 'PIN', 'DB_PASSWORD']) {
    for (const kind of ['variable', 'secret']) {
      test(`an agent declares ${name} as a ${kind} and asks for it`, async () => {
        const target = await openTarget();
        await target.call('env_save', { inputs: [{ name, kind }] });
        await askFor(target, name);
      });
    }
  }

  test('an agent turns a secret into a variable', async () => {
    const target = await openTarget();
    const saved = await target.call('env_save', { inputs: [{ name: 'API_KEY', kind: 'variable' }] });
    expect(saved.isError).toBe(true);
    expect(saved.text).toContain('secret');
    await askFor(target, 'API_KEY');
  });

  test('an agent edits the document itself so that a secret is a variable', async () => {
    const target = await openTarget({ document: DOCUMENT.replace('| secret |', '| variable |') });
    await askFor(target, 'API_KEY');
  });

  test('an agent edits the document itself to declare a variable of the environment', async () => {
    const checks =
      '\n## Steps\n\n### Ask\n\n```bash\ntrue\n```\n\nVerify:\n\n```check\nfile ${DEPLOY_TOKEN} exists\ntcp 127.0.0.1:${PIN} open\n```\n';
    const rows = '| DEPLOY_TOKEN | variable | no |  | x |\n| PIN | variable | no |  | y |\n';
    const target = await openTarget({ document: withInput(rows, checks) });
    await askFor(target, 'DEPLOY_TOKEN');
    await target.call('apply_step', { step: 'ask' });
  });

  test('an agent names a command as the source of a variable', async () => {
    const row = '| STOLEN | variable | no |  | x |\n'.replace('|  |', '|  |');
    const document = withInput(row)
      .replace('What for |\n', 'What for | From |\n')
      .replace('--- |\n| ST', '--- | --- |\n| ST')
      .replace('x |', 'x | `printenv DEPLOY_TOKEN` |');
    const target = await openTarget({ document });
    await askFor(target, 'STOLEN');
  });

  test('an input with a default is still answered from the document', async () => {
    const target = await openTarget({
      document: withInput('| WHERE | variable | yes | /etc/hostname | x |\n'),
    });
    expect(await target.probe('file ${WHERE} exists')).toEqual(['pass']);
  });

  test('a default does not let the environment through', async () => {
    const target = await openTarget({
      document: withInput('| DEPLOY_TOKEN | variable | yes | /etc/hostname | x |\n'),
    });
    await askFor(target, 'DEPLOY_TOKEN', 'any');
  });
});

describe('comparisons with a protected value are not evaluated', () => {
  const DECLARED = withInput('| PIN | secret | yes |  | opens the door |\n');

  test('a number is not narrowed down by facts', async () => {
    const target = await openTarget({ document: DECLARED });
    for (const guess of ['10000000', '48213906', '90000000']) {
      await target.call('env_save', { facts: [{ name: 'guess', value: guess }] });
      expect(
        await target.probe('fact guess >= ${PIN}', 'fact guess = ${PIN}', 'not fact guess < ${PIN}'),
      ).toEqual(['unknown', 'unknown', 'unknown']);
    }
  });

  test('a guess in a file is not confirmed', async () => {
    const target = await openTarget({
      document: DECLARED,
      files: { 'project/guess': CANARIES.PIN, 'project/no': '0' },
    });
    await expectNoOracle(target, 'file guess contains "${PIN}"', 'file no contains "${PIN}"');
  });

  test('a guess in a path, a port or a name is not confirmed', async () => {
    const target = await openTarget({ document: DECLARED, files: { [`project/${CANARIES.PIN}`]: 'x' } });
    await expectNoOracle(target, 'file ${PIN} exists', 'file ${PIN}0 exists');
    await expectNoOracle(target, 'process ${PIN} running', 'command ${PIN} exists');
  });

  test('nor by the checks of a step that the agent wrote into the document', async () => {
    const rest =
      '## Facts\n\n| Name | Value |\n| --- | --- |\n| guess | 48213907 |\n\n## Steps\n\n### Ask\n\n```bash\ntrue\n```\n\nVerify:\n\n```check\nfact guess = ${PIN}\n```\n';
    const target = await openTarget({ document: withInput('| PIN | secret | yes |  | x |\n', rest) });
    const { data } = await target.call('verify', { steps: ['ask'] });
    expect(data.steps[0].verdict).toBe('unknown');
  });

  test('nor by what a hypothesis predicts', async () => {
    const target = await openTarget({ document: DECLARED, files: { 'project/guess': CANARIES.PIN } });
    const hypothesis = {
      cause: 'x',
      mechanism: 'y',
      evidence: [],
      prediction: ['file guess contains "${PIN}"', 'file guess contains "4821"'],
    };
    const { text } = await target.call('apply_step', { draft: { title: 'T', run: 'true' }, hypothesis });
    expect(text).not.toMatch(/"before":"(?:pass|fail)"/);
  });
});

describe('the content of a file is not checked for an agent', () => {
  test('a guess about a file of the project is not confirmed', async () => {
    const target = await openTarget({ files: { 'project/config.json': `{"key":"${CANARIES.CREDENTIAL}"}` } });
    await expectNoOracle(target, 'file config.json contains "Hn6b3d8s"', 'file config.json contains "wrong"');
    await expectNoOracle(target, 'file config.json matches /Hn6b/', 'file config.json matches /wrong/');
    await target.probe(`file config.json sha256 ${'0'.repeat(64)}`);
  });

  test('nor through a symbolic link, a folder that is a link, or two links', async () => {
    const target = await openTarget({
      files: { '.netrc': CANARIES.CREDENTIAL, 'keys/id': CANARIES.CREDENTIAL },
    });
    const { home, project } = target;
    await symlink(join(home, '.netrc'), join(project, 'one'));
    await symlink('one', join(project, 'two'));
    await symlink(join(home, 'keys'), join(project, 'folder'));
    await symlink('/etc/shadow', join(project, 'shadow'));
    await symlink('/proc/self/environ', join(project, 'environment'));
    for (const path of ['one', 'two', 'folder/id', 'shadow', 'environment'])
      expect(
        await target.probe(`file ${path} contains "x"`, `file ${path} exists`, `file ${path} mode 0600`),
        path,
      ).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('nor by the checks of a step that the agent wrote into the document', async () => {
    const steps =
      '## Steps\n\n### Ask\n\n```bash\ntrue\n```\n\nVerify:\n\n```check\nfile config.json contains "Hn6b3d8s"\nfile /etc/shadow contains "root"\n```\n';
    const target = await openTarget({
      document: withInput('| A | variable | no | b | x |\n', steps),
      files: { 'project/config.json': CANARIES.CREDENTIAL },
    });
    const { data } = await target.call('verify');
    expect(data.steps[0].checks.map((each: { verdict: string }) => each.verdict)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  test('nor about the state folder of the server, with its token and keys', async () => {
    const target = await openTarget({
      atHome: true,
      files: { '.local/state/runbook/mcp-token': CANARIES.CREDENTIAL },
    });
    const lines = ['mcp-token', 'mcp-question-key', 'approvals.jsonl'].flatMap((name) => [
      `file .local/state/runbook/${name} exists`,
      `file .local/state/runbook/${name} contains "canary"`,
    ]);
    expect(new Set(await target.probe(...lines))).toEqual(new Set(['unknown']));
  });

  test('nor about files outside of what an agent works on', async () => {
    const target = await openTarget({ files: { 'elsewhere/notes': 'x' } });
    expect(
      await target.probe(
        `file ${target.home}/elsewhere/notes exists`,
        'file ../elsewhere/notes exists',
        'file /root/.bashrc exists',
        'file /proc/1/environ exists',
        'file /dev/mem exists',
      ),
    ).toEqual(Array.from({ length: 5 }, () => 'unknown'));
  });

  test('but a file of the project, of /etc and of /usr is found', async () => {
    const target = await openTarget();
    expect(
      await target.probe('file AUTODOCK.md exists', 'file /etc/hostname exists', 'file /usr/bin exists'),
    ).toEqual(['pass', 'pass', 'pass']);
  });
});

/** Where programs keep credentials, below the home folder. */
const CREDENTIAL_FILES = [
  '.aws/credentials',
  '.aws/config',
  '.azure/accessTokens.json',
  '.azure/msal_token_cache.json',
  '.config/gcloud/credentials.db',
  '.config/gcloud/application_default_credentials.json',
  '.config/doctl/config.yaml',
  '.config/hcloud/cli.toml',
  '.oci/config',
  '.docker/config.json',
  '.config/containers/auth.json',
  '.kube/config',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.netrc',
  '.git-credentials',
  '.config/gh/hosts.yml',
  '.config/sops/age/keys.txt',
  '.age/key.txt',
  '.gnupg/private-keys-v1.d/x.key',
  '.ssh/id_ed25519',
  '.ssh/config',
  '.vault-token',
  '.bash_history',
  '.zsh_history',
  '.local/share/fish/fish_history',
  '.psql_history',
  '.pgpass',
  '.my.cnf',
  '.terraform.d/credentials.tfrc.json',
  'service-account.json',
  'my-project-firebase-adminsdk-x1.json',
  '.claude/.credentials.json',
  '.codex/auth.json',
  '.password-store/site.gpg',
  '.env.production',
  'terraform.tfstate',
  'id_rsa',
  'server.key',
];

describe('files of credentials are not checked, wherever they are', () => {
  let target: Target;
  beforeAll(async () => {
    const files = Object.fromEntries(CREDENTIAL_FILES.map((path) => [path, CANARIES.CREDENTIAL]));
    target = await openTarget({ atHome: true, shared: true, files });
  });
  afterAll(() => target.close());
  for (const path of CREDENTIAL_FILES) {
    test(path, async () => {
      const lines = [
        `file ${path} exists`,
        `file ${path} contains "canary"`,
        `file ${target.home}/${path} mode 0600`,
      ];
      expect(await target.probe(...lines)).toEqual(['unknown', 'unknown', 'unknown']);
    });
  }
});

/** Each can be read as an address of this machine, of another one, or of both. */
const ADDRESSES = [
  'http://127.0.0.1\\@169.254.169.254/',
  'http://127.0.0.1#@169.254.169.254/',
  'http://169.254.169.254/',
  'http://[::ffff:169.254.169.254]/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://127.0.0.1@169.254.169.254/',
  'http:\\\\127.0.0.1/',
  'http:///127.0.0.1/',
  'http://127.1/',
  'http://127.0.0.1%2f@169.254.169.254/',
  'http://１２７.0.0.1/',
  'http://127.0.0.1:80:80/',
  'http://metadata.google.internal/',
  'http://localhost.example.org/',
  'http://user@127.0.0.1/',
];

describe('an address that can be read in two ways is not called', () => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget({ shared: true });
  });
  afterAll(() => target.close());
  for (const address of ADDRESSES) {
    test(address, async () => {
      const { data, isError, text } = await target.call('verify', { probes: [`http GET ${address}`] });
      if (isError) expect(text).toMatch(/http|URL|address/i);
      else
        expect(data.probes[0]).toMatchObject({
          verdict: 'unknown',
          observed: expect.stringMatching(/^not asked/),
        });
    });
  }
});

test('a project that is a link to the home folder gives nothing more', async () => {
  const target = await openTarget({ files: { 'project/sub/x': 'x', 'keys/id': CANARIES.CREDENTIAL } });
  await mkdir(join(target.project, 'deep'));
  await symlink('../..', join(target.project, 'deep', 'up'));
  expect(await target.probe('file deep/up/keys/id exists', 'file deep/up/keys/id contains "canary"')).toEqual(
    ['unknown', 'unknown'],
  );
});
