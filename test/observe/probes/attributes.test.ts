import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { compareVersions } from '../../../src/observe/compare-versions.ts';
import type { Machine } from '../../../src/observe/machine.ts';
import { probeMachine } from '../../../src/observe/probe-machine.ts';
import { packageEvaluation, probePackage } from '../../../src/observe/probes/package.ts';
import type { ToolAnswer } from '../../../src/observe/tool.ts';
import type { ProbeOf } from '../../../src/probes/probe-kind.ts';
import { ask, contextOf, probeOf } from './ask-line.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The verdict alone. */
const verdict = async (line: string, folder = '/') => (await ask(line, { folder })).verdict;

test('file: owner, group, size, lines and link', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'list'), 'one\ntwo\n');
  await writeFile(join(folder, 'empty'), '');
  await symlink('list', join(folder, 'current'));
  const { username } = userInfo();
  expect(await ask(`file list owner ${username}`, { folder })).toMatchObject({
    verdict: 'pass',
    class: 'owner',
  });
  expect(await ask('file list owner nosuchuser', { folder })).toMatchObject({
    verdict: 'fail',
    observed: `owner ${username}, wanted nosuchuser`,
  });
  expect(await verdict('file list group nosuchgroup', folder)).toBe('fail');
  expect(await verdict('file list size = 8', folder)).toBe('pass');
  expect(await verdict('file list size > 8', folder)).toBe('fail');
  expect(await verdict('file list lines >= 2', folder)).toBe('pass');
  expect(await verdict('file empty lines = 0', folder)).toBe('pass');
  expect(await verdict('file current symlink list', folder)).toBe('pass');
  expect(await ask('file current symlink other', { folder })).toMatchObject({
    verdict: 'fail',
    observed: 'a symlink to list, wanted other',
  });
  expect(await verdict('file list symlink', folder)).toBe('fail');
  expect(await verdict('file missing owner root', folder)).toBe('fail');
});

test('json, yaml and ini: a value by its path of keys', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'conf'));
  await writeFile(join(folder, 'a.json'), '{"server":{"ports":[8080,8443],"tls":true},"app.io/name":"shop"}');
  await writeFile(join(folder, 'b.yaml'), 'services:\n  web:\n    image: nginx:1.27\n');
  await writeFile(
    join(folder, 'c.ini'),
    'top = 1\n[Service]\nUser=shop\n; a comment\nExec="a b"\n[X]\n[Service]\nNice=5\n',
  );
  expect(await verdict('json a.json server.ports.0 = 8080', folder)).toBe('pass');
  expect(await verdict('json a.json server.ports[1] > 8080', folder)).toBe('pass');
  expect(await verdict('json a.json server.tls = true', folder)).toBe('pass');
  expect(await verdict('json a.json app.io/name = shop', folder)).toBe('pass');
  expect(await ask('json a.json server.host = x', { folder })).toMatchObject({
    verdict: 'fail',
    class: 'no-key',
  });
  expect(await ask('json b.yaml x = 1', { folder })).toMatchObject({ verdict: 'fail', class: 'syntax' });
  expect(await verdict('json a.json app.io/name > 3', folder)).toBe('unknown');
  expect(await verdict('yaml b.yaml services.web.image = nginx:1.27', folder)).toBe('pass');
  expect(await verdict('ini c.ini Service.User = shop', folder)).toBe('pass');
  expect(await verdict('ini c.ini Service.Exec = "a b"', folder)).toBe('pass');
  expect(await verdict('ini c.ini Service.Nice = 5', folder)).toBe('pass');
  expect(await verdict('ini c.ini top = 1', folder)).toBe('pass');
  expect(await verdict('ini missing.ini top = 1', folder)).toBe('fail');
});

test('user and group: by the name service of the box', async () => {
  expect(await verdict('user root uid 0')).toBe('pass');
  expect(await verdict('user root home /nowhere')).toBe('fail');
  expect(await verdict('user root group root')).toBe('pass');
  expect(await verdict('user nosuchuser exists')).toBe('fail');
  expect(await verdict('user nosuchuser absent')).toBe('pass');
  expect(await verdict('group root gid 0')).toBe('pass');
  expect(await verdict('group nosuchgroup exists')).toBe('fail');
  expect(await verdict('user "a;b" exists')).toBe('unknown');
});

test('dns, mount, sysctl and interface', async () => {
  expect(await verdict('dns localhost resolves to 127.0.0.1')).toBe('pass');
  expect(await verdict('dns localhost resolves to 192.0.2.1')).toBe('fail');
  expect(await verdict('dns "-x" resolves')).toBe('unknown');
  expect(await verdict('mount /proc type proc')).toBe('pass');
  expect(await verdict('mount /proc type ext4')).toBe('fail');
  expect(await verdict('mount /no/such/place exists')).toBe('fail');
  expect(await verdict('sysctl kernel.ostype = Linux')).toBe('pass');
  expect(await verdict('sysctl kernel.no_such_setting = 1')).toBe('fail');
  expect(await verdict('sysctl ../../etc/passwd = 1')).toBe('unknown');
  expect(await verdict('interface lo up')).toBe('pass');
  expect(await verdict('interface lo address 127.0.0.1')).toBe('pass');
  expect(await verdict('interface nosuch0 up')).toBe('fail');
});

test('package: with the order of versions of dpkg', async () => {
  expect(await verdict('package no-such-package-here installed')).toBe('fail');
  expect(await verdict('package no-such-package-here absent')).toBe('pass');
  expect(await verdict('package "a b" installed')).toBe('unknown');
  const sorted = ['1.0~rc1', '1.0', '1.0-1', '1.0.1', '1.9', '1.10', '1:0.5'];
  for (let index = 1; index < sorted.length; index++)
    expect(compareVersions(sorted[index - 1]!, sorted[index]!), sorted[index]).toBeLessThan(0);
});

test('package: several instances, and a package manager that fails', async () => {
  const said: Record<string, Partial<ToolAnswer>> = {
    'dpkg-query': { code: 2, stdout: '' },
    rpm: { code: 0, stdout: 'ii  6.9.1-200.fc40\nii  6.10.3-200.fc40\n' },
  };
  const machine = {
    tool: async (file: string) => (said[file] ? { kind: 'exit', ...said[file] } : { kind: 'missing' }),
  } as unknown as Machine;
  const asked = (expect: object) =>
    probePackage({ kind: 'package', name: 'kernel', expect } as ProbeOf<'package'>, {} as never, machine);
  const version = (value: string) => ({ kind: 'version', comparator: '>=', value });
  expect(await asked(version('6.10'))).toMatchObject({ verdict: 'pass', observed: 'kernel 6.10.3-200.fc40' });
  said.rpm = { code: 1, stdout: '' };
  expect(await asked({ kind: 'absent' })).toMatchObject({ verdict: 'pass' });
  delete said.rpm;
  expect(await asked({ kind: 'absent' })).toMatchObject({ verdict: 'unknown' });
});

test('package: prints a line for each instance', async () => {
  const [dpkg] = packageEvaluation.fragments({ name: 'bash' } as ProbeOf<'package'>, {} as never);
  expect(dpkg).toContain('${Version}\\n');
});

test('cert: a file, its time and its name', async () => {
  const folder = await temporaryFolder();
  const options = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=shop',
    '-addext',
    'subjectAltName=DNS:shop.test',
  ];
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'shop.pem')];
  execFileSync('openssl', ['req', '-x509', ...options, '-days', '10', ...files], { stdio: 'ignore' });
  const server = createServer({
    key: await readFile(join(folder, 'key')),
    cert: await readFile(join(folder, 'shop.pem')),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  for (const source of ['shop.pem', `127.0.0.1:${port}`]) {
    expect(await verdict(`cert ${source} valid for 9d name shop.test`, folder), source).toBe('pass');
    expect((await ask(`cert ${source} valid for 11d`, { folder })).class, source).toBe('expires');
    expect((await ask(`cert ${source} valid for 9d name other.test`, { folder })).class, source).toBe('name');
  }
  expect((await ask('cert key valid for 1h', { folder })).class).toBe('no-certificate');
  expect((await ask('cert nothing.pem valid for 1h', { folder })).class).toBe('missing');
});

test('container and timer: what docker, podman and systemd print', async () => {
  const said: Record<string, Partial<ToolAnswer>> = {};
  const machine = {
    exists: () => true,
    tool: async (file: string) =>
      said[file] ? { kind: 'exit', stderr: '', ...said[file] } : { kind: 'missing' },
  } as unknown as Machine;
  const on = async (line: string) => (await probeMachine(probeOf(line), contextOf(), machine)).class;
  expect(await on('container shop running')).toBe('no-engine');
  said.docker = { code: 1, stdout: '[]', stderr: 'Error response from daemon: No such container: shop' };
  expect(await on('container shop running')).toBe('missing');
  const inspected = { State: { Status: 'running' }, ImageName: 'docker.io/library/shop:1' };
  said.podman = { code: 0, stdout: JSON.stringify([inspected]) };
  expect(await on('container shop running image shop:1')).toBe('running');
  expect(await on('container shop running image shop:2')).toBe('other-image');
  expect(await on('container shop healthy')).toBe('no-health-check');
  said.systemctl = { code: 0, stdout: 'LoadState=loaded\nSubState=waiting\n' };
  expect(await on('timer backup scheduled')).toBe('waiting');
  said.systemctl = { code: 0, stdout: 'LoadState=loaded\nSubState=dead\n' };
  expect(await on('timer backup scheduled')).toBe('dead');
});

test('words that people guess are understood', async () => {
  expect(await verdict('port 1 open')).toBe('fail');
  expect(await verdict('process no-such-process-here')).toBe('fail');
  expect((await ask('service no-such-service running')).expected).toBe('service no-such-service active');
});
