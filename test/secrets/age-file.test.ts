import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ageFileText, decryptIdentities, encryptValue, parseAgeFile } from '../../src/secrets/age-file.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';

const SECRET = 'correct horse 4711 battery';
const INPUTS = '\n## Inputs\n\n| Name | Kind |\n| --- | --- |\n| TOKEN | secret |\n';
const DOCUMENT = runbook(
  { Use: '~~~bash\nprintf %s "$TOKEN" | sha256sum >> log\n~~~', Other: '~~~bash\necho other >> log\n~~~' },
  INPUTS,
);

/** A person's home with an identity, made by Debian's age-keygen. */
async function withHome(): Promise<{ scene: Scenario; recipient: string; keys: string }> {
  const scene = await scenario(DOCUMENT);
  const home = scene.path('../home');
  await mkdir(join(home, '.config/age'), { recursive: true });
  const keys = join(home, '.config/age/keys.txt');
  spawnSync('age-keygen', ['-o', keys]);
  const recipient = spawnSync('age-keygen', ['-y', keys], { encoding: 'utf8' }).stdout.trim();
  const { XDG_CONFIG_HOME: _, ...env } = scene.world.env;
  Object.assign(scene.world, { env: { ...env, HOME: home } });
  return { scene, recipient, keys };
}

async function setToken(scene: Scenario, value = SECRET) {
  await writeFile(scene.path('../value'), `${value}\n`);
  return scene.run('secret set', { name: 'TOKEN', from: '../value' });
}

const hasAge = spawnSync('age', ['--version']).status === 0;
if (!hasAge)
  console.error('SKIPPED: secrets are not compared with the program age, which is not installed here');

describe.skipIf(!hasAge)('with the program age', () => {
  test('it decrypts what runbook encrypts', async () => {
    const { scene, recipient, keys } = await withHome();
    expect(await setToken(scene)).toMatchObject({
      exit: 0,
      report: { recipients: [recipient], steps: ['use'] },
    });
    const { values } = parseAgeFile(await scene.read('secrets.age.env'));
    const input = Buffer.from(values.get('TOKEN')!, 'base64');
    expect(spawnSync('age', ['-d', '-i', keys], { input }).stdout.toString()).toBe(SECRET);
  });

  test('runbook uses what it encrypts', async () => {
    const { scene, recipient } = await withHome();
    const { stdout } = spawnSync('age', ['-r', recipient], { input: SECRET });
    const values = new Map([['TOKEN', stdout.toString('base64')]]);
    await scene.write('secrets.age.env', ageFileText({ recipients: [recipient], values }));
    expect(await scene.replay()).toMatchObject({ exit: 0 });
    const sum = spawnSync('sha256sum', { input: SECRET }).stdout.toString().trim();
    expect((await scene.ran())[0]).toBe(sum);
    const { report } = await scene.run('plan');
    expect(report.inputs[0]).toMatchObject({ name: 'TOKEN', source: 'secrets.age.env' });
  });

  test('a value is in no file, event or report', async () => {
    const { scene } = await withHome();
    const set = await setToken(scene);
    const passed = await scene.replay();
    const listed = await scene.run('secret list');
    expect(JSON.stringify([set, passed, listed])).not.toContain(SECRET);
    const files = (await readdir(scene.folder, { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
    for (const each of files)
      expect((await readFile(join(each.parentPath, each.name))).includes(SECRET)).toBe(false);
  });

  test('a rotated secret makes the steps that use it act again, and no other', async () => {
    const { scene } = await withHome();
    await setToken(scene);
    await scene.replay();
    await writeFile(scene.path('../value'), 'another secret 0815');
    const { report } = await scene.run('secret rotate', { name: 'TOKEN', from: '../value' });
    expect(report.steps).toEqual(['use']);
    const { story } = await scene.replay();
    expect(story).toEqual(['use: acted inputs-changed', 'other: skipped confirmed']);
  });

  test('another recipient can decrypt after it was added', async () => {
    const { scene } = await withHome();
    await setToken(scene);
    const other = scene.path('../other.txt');
    spawnSync('age-keygen', ['-o', other]);
    const key = spawnSync('age-keygen', ['-y', other], { encoding: 'utf8' }).stdout.trim();
    await scene.run('secret recipients', { add: [key] });
    const { values, recipients } = parseAgeFile(await scene.read('secrets.age.env'));
    expect(recipients).toContain(key);
    const input = Buffer.from(values.get('TOKEN')!, 'base64');
    expect(spawnSync('age', ['-d', '-i', other], { input }).stdout.toString()).toBe(SECRET);
  });

  test('the identity may come from a variable, and one that does not fit is reported', async () => {
    const { scene, keys } = await withHome();
    await setToken(scene);
    const identity = /AGE-SECRET-KEY-\S+/.exec(await readFile(keys, 'utf8'))![0];
    const env = { ...scene.world.env, HOME: scene.path('../nowhere') };
    Object.assign(scene.world, { env });
    const refused = await scene.replay();
    expect(refused.exit).toBe(3);
    expect(refused.diagnostics.map(({ code }) => code)).toContain('missing-input');
    Object.assign(scene.world, { env: { ...env, RUNBOOK_AGE_KEY: identity } });
    expect(await scene.replay()).toMatchObject({ exit: 0 });
  });
});

describe('lint', () => {
  test('finds a secret in clear in a .env that git tracks', async () => {
    const scene = await scenario(DOCUMENT);
    await scene.write('.env', `TOKEN=${SECRET}\n`);
    const codes = async () =>
      (await scene.run('lint')).report.diagnostics.map(({ code }: { code: string }) => code);
    const git = (...args: string[]) => spawnSync('git', ['-C', scene.folder, ...args]);
    git('init', '-q');
    expect(await codes()).not.toContain('secret-tracked');
    git('add', '.env');
    expect(await codes()).toContain('secret-tracked');
    expect(JSON.stringify(await scene.run('lint'))).not.toContain(SECRET);
  });
});

describe('secrets.age.env', () => {
  test('the first secret creates an identity that only the person can read', async () => {
    const scene = await scenario(DOCUMENT);
    Object.assign(scene.world, {
      env: { ...scene.world.env, HOME: scene.path('../home'), XDG_CONFIG_HOME: '' },
    });
    const { report } = await setToken(scene);
    expect(report.created).toMatch(/\.config\/age\/keys\.txt$/);
    expect(await scene.replay()).toMatchObject({ exit: 0 });
  });

  test('the first secret never replaces an identity that cannot be read here', async () => {
    const { scene, keys } = await withHome();
    const locked = '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n';
    await writeFile(keys, locked);
    expect(await setToken(scene)).toMatchObject({ exit: 3, diagnostics: [{ code: 'no-identity' }] });
    expect(await readFile(keys, 'utf8')).toBe(locked);
    await expect(scene.read('secrets.age.env')).rejects.toThrow();
  });

  test('a passphrase is asked for once, however many values are encrypted again', async () => {
    const { scene, recipient, keys } = await withHome();
    for (const name of ['TOKEN', 'SECOND', 'THIRD']) {
      await writeFile(scene.path('../value'), name);
      await scene.run('secret set', { name, from: '../value' });
    }
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    encrypter.setPassphrase('open sesame');
    encrypter.setScryptWorkFactor(10);
    await writeFile(keys, await encrypter.encrypt(await readFile(keys, 'utf8')));
    const asked: string[] = [];
    const ask = async (question: string) => asked.push(question) && 'open sesame';
    Object.assign(scene.world, { person: { ask, confirm: async () => true } });
    const { report } = await scene.run('secret recipients', { add: [recipient], remove: [] });
    expect(report.names).toEqual(['SECOND', 'THIRD', 'TOKEN']);
    expect(asked).toEqual([expect.stringContaining('Passphrase')]);
  });

  test('the editor changes, adds and removes values, and only what changed is encrypted again', async () => {
    const { scene } = await withHome();
    const values = { TOKEN: 'old "quoted"', KEPT: 'a $HOME\nb', GONE: 'x' };
    for (const [name, value] of Object.entries(values)) {
      await writeFile(scene.path('../value'), value);
      await scene.run('secret set', { name, from: '../value' });
    }
    const before = parseAgeFile(await scene.read('secrets.age.env'));
    // A fake editor: it notes the mode and folder of the file, and changes it.
    await scene.write(
      'editor',
      `#!/bin/sh
stat -c '%a %n' "$1" > ${scene.path('../seen')}; stat -f -c %T "$1" >> ${scene.path('../seen')}
sed -i -e "s/^TOKEN=.*/TOKEN=${SECRET}/" -e '/^GONE=/d' "$1"; echo 'NEW=n' >> "$1"\n`,
    );
    await chmod(scene.path('editor'), 0o755);
    expect(await scene.run('secret edit')).toMatchObject({ exit: 3, diagnostics: [{ code: 'no-terminal' }] });
    const env = { ...scene.world.env, VISUAL: '', EDITOR: scene.path('editor'), XDG_RUNTIME_DIR: '' };
    const withTerminal = (work: () => Promise<unknown>) => work();
    Object.assign(scene.world, { env, person: { withTerminal } });
    const { report } = await scene.run('secret edit');
    expect(report).toMatchObject({ did: 'edited', names: ['GONE', 'NEW', 'TOKEN'], steps: ['use'] });
    const after = parseAgeFile(await scene.read('secrets.age.env'));
    expect([...after.values.keys()].sort()).toEqual(['KEPT', 'NEW', 'TOKEN']);
    expect(after.values.get('KEPT')).toBe(before.values.get('KEPT'));
    const [seen, fileSystem] = (await readFile(scene.path('../seen'), 'utf8')).split('\n');
    expect([seen!.split(' ')[0], fileSystem]).toEqual(['600', 'tmpfs']);
    await expect(readFile(seen!.split(' ')[1]!)).rejects.toThrow();

    Object.assign(scene.world.env, { EDITOR: 'false' });
    expect(await scene.run('secret edit')).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'editor-failed' }],
    });
    expect(parseAgeFile(await scene.read('secrets.age.env'))).toEqual(after);
  });

  test('a diff shows which name changed', async () => {
    const { scene } = await withHome();
    await setToken(scene);
    const before = await scene.read('secrets.age.env');
    await writeFile(scene.path('../value'), 'x');
    await scene.run('secret set', { name: 'ANOTHER', from: '../value' });
    const after = await scene.read('secrets.age.env');
    expect(after.split('\n').filter((line) => !before.includes(line))).toEqual([
      expect.stringMatching(/^ANOTHER=/),
    ]);
  });

  test('a secret is shown on a terminal only', async () => {
    const { scene } = await withHome();
    await setToken(scene);
    expect(await scene.run('secret get', { name: 'TOKEN' })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'no-terminal' }],
    });
  });

  test('a line that is not a secret is reported by number, not by text', () => {
    expect(() => parseAgeFile('A=YQ==\nPASSWORD=plain text\n')).toThrow('line 2 of secrets.age.env');
    expect(() => parseAgeFile('PASSWORD=plain text\n')).not.toThrow('plain text');
  });

  test('an identity file may have a passphrase', async () => {
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    encrypter.setPassphrase('open sesame');
    encrypter.setScryptWorkFactor(10);
    const content = Buffer.from(await encrypter.encrypt('AGE-SECRET-KEY-1TEST'));
    expect(await decryptIdentities(content, 'open sesame')).toBe('AGE-SECRET-KEY-1TEST');
    await expect(decryptIdentities(content, 'wrong')).rejects.toThrow();
  });

  test('a wrong recipient is an error', async () => {
    await expect(encryptValue('x', ['age1nonsense'])).rejects.toThrow();
  });
});
