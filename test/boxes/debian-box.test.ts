import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Engine, probeContainers } from './container-engine.ts';
import { type Box, type BoxOptions, runbookMounts, startBox } from './debian-box.ts';
import { debianImage } from './debian-image.ts';
import { describeWithBoxes } from './describe-with-boxes.ts';

describeWithBoxes('a Debian box', () => {
  let engine: Engine;
  const boxes: Box[] = [];

  beforeAll(async () => {
    const containers = await probeContainers();
    if (containers.available) engine = containers.engine;
  });

  afterEach(async () => {
    await Promise.all(boxes.splice(0).map((box) => box.destroy()));
  });

  async function start(options?: BoxOptions): Promise<Box> {
    const box = await startBox(options);
    boxes.push(box);
    return box;
  }

  test('starts as a clean bookworm', async () => {
    const box = await start({ name: 'web' });

    const { stdout } = await box.exec('. /etc/os-release; echo "$VERSION_CODENAME $(hostname)"; ls /root');
    expect(stdout).toBe('bookworm web\n');
  });

  test('exec returns the exit code, and keeps stdout and stderr apart', async () => {
    const box = await start();
    expect(await box.exec('echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await box.exec(['false'])).code).toBe(1);
    expect((await box.exec('kill -9 $$')).code).toBe(137);
    expect((await box.exec('no-such-program')).code).toBe(127);
  });

  test('exec passes input, environment, directory and user', async () => {
    const box = await start({ env: { FROM_BOX: 'box' } });
    const { stdout } = await box.exec('cat; echo "$FROM_BOX $FROM_EXEC $PWD $(id -un)"', {
      input: 'input\n',
      env: { FROM_EXEC: 'a "quoted" $value' },
      cwd: '/tmp',
      user: 'nobody',
    });
    expect(stdout).toBe('input\nbox a "quoted" $value /tmp nobody\n');
  });

  test('a timeout ends the command inside the box, not only the wait for it', async () => {
    const box = await start();
    expect((await box.exec('sleep 300', { timeoutMs: 200 })).code).toBe(124);
    expect((await box.exec(['pgrep', 'sleep'])).code).toBe(1);
  });

  test('this test run’s node works inside', async () => {
    const box = await start();
    expect(await box.exec(['node', '--version'])).toEqual({
      code: 0,
      stdout: `${process.version}\n`,
      stderr: '',
    });
  });

  test('the built command is inside, and a box cannot change it', async () => {
    const box = await start({ mounts: runbookMounts() });
    expect((await box.exec(['node', '--check', '/opt/runbook/dist/bin.js'])).code).toBe(0);
    expect((await box.exec('echo >>/opt/runbook/package.json')).stderr).toContain('Read-only file system');
  });

  test('put and get copy a file in and out', async () => {
    const box = await start();
    await box.put('/srv/new/AUTODOCK.md', '# Grüße\r\n\n`$HOME` "as is"');
    expect(await box.get('/srv/new/AUTODOCK.md')).toBe('# Grüße\r\n\n`$HOME` "as is"');
    await expect(box.get('/no/such/file')).rejects.toThrow('No such file');
  });

  test('a Debian package installs, serves, and can be reached from the host', async () => {
    const box = await start({ ports: [80] });
    const installed = await box.exec('apt-get update && apt-get install -y --no-install-recommends nginx');
    expect(installed, installed.stderr).toMatchObject({ code: 0 });

    await box.put('/var/www/html/index.html', 'from the box');
    expect((await box.exec('service nginx start')).code).toBe(0);
    const response = await fetch(`http://127.0.0.1:${await box.port(80)}/`);
    expect(await response.text()).toBe('from the box');
  });

  test('two boxes share neither files nor processes nor ports', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.put('/root/mine', 'one');
    expect((await two.exec(['test', '-e', '/root/mine'])).code).toBe(1);

    await one.exec('sleep 301 >/dev/null 2>&1 &');
    expect((await one.exec(['pgrep', 'sleep'])).code).toBe(0);
    expect((await two.exec(['pgrep', 'sleep'])).code).toBe(1);

    const listen = `require('node:net').createServer().listen(80, () => console.log('bound'))`;
    await one.exec(`node -e "${listen}" >/tmp/one 2>&1 &`);
    await expect.poll(() => one.get('/tmp/one')).toBe('bound\n');
    expect((await two.exec(`node -e "${listen}.unref()"`)).stdout).toBe('bound\n');
  });

  test('kill signals by command line, and PID 1 reaps orphans', async () => {
    const box = await start();
    await box.exec('(sleep 302 >/dev/null 2>&1 &)');
    expect(await box.kill('KILL', 'sleep 302')).toBe(true);
    expect(await box.kill('KILL', 'sleep 302')).toBe(false);
    await expect
      .poll(async () => (await box.exec('ps -eo stat=,args=')).stdout, { timeout: 5_000 })
      .not.toMatch(/sleep|^Z/m);
  });

  test('destroy leaves nothing behind, and can be repeated', async () => {
    const box = await start();
    expect(await containers()).toContain(box.name);
    await box.destroy();
    expect(await containers()).not.toContain(box.name);
    await expect(box.destroy()).resolves.toBeUndefined();
    expect((await box.exec(['true'])).code).not.toBe(0);
  });

  test('the next start removes what a crashed run left; boxes of a running one stay', async () => {
    const mine = await start();
    const { pid: dead } = spawnSync('true');
    const leftOver = `agent-runbook-${dead}-box-000000`;
    const image = await debianImage();
    await execa(engine, ['create', '--name', leftOver, '--label', 'agent-runbook.box', image, 'true']);

    const next = await start();
    expect(await containers()).not.toContain(leftOver);
    expect(await containers()).toEqual(expect.arrayContaining([mine.name, next.name]));
  });

  async function containers(): Promise<string[]> {
    const { stdout } = await execa(engine, ['ps', '--all', '--format', '{{.Names}}']);
    return stdout.split('\n');
  }
});
