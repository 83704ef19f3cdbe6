import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const SSHD = '/usr/sbin/sshd';

/** Why there can be no hosts here; undefined: there can. */
export function reasonForNoHosts() {
  if (!existsSync(SSHD)) return 'openssh-server is not installed';
  return process.getuid() === 0 ? undefined : 'only root can run an sshd that makes sessions';
}

/**
 * Hosts from the point of view of ssh: an sshd each on a loopback port of its own, all with one key pair. Each has a folder where its
 * steps write, and, for runbook, where it keeps its identity and its workspaces.
 *
 * @param {number} count
 */
export async function startHosts(count) {
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'runbook-bench-hosts-'));
  const path = (...names) => join(folder, ...names);
  for (const key of ['host_key', 'user_key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(key)]);
  const hosts = [];
  for (let index = 0; index < count; index += 1) hosts.push(await startHost(path, `h${index + 1}`));
  const hostKey = readFileSync(path('host_key.pub'), 'utf8').trim();
  writeFileSync(path('known_hosts'), hosts.map(({ port }) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''));
  writeFileSync(
    path('ssh_config'),
    [
      'Host 127.0.0.1',
      `  User ${userInfo().username}`,
      `  IdentityFile ${path('user_key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${path('known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  );
  return {
    folder,
    config: path('ssh_config'),
    hosts,
    /** Away with what steps have made, so that every way begins with nothing. */
    clean() {
      for (const { work, state } of hosts) {
        for (const each of [work, state]) rmSync(each, { recursive: true, force: true });
        mkdirSync(work, { recursive: true });
      }
    },
    /** @throws where some step of some host has not done its work */
    check(files) {
      for (const { work, name } of hosts)
        for (const file of files) if (!existsSync(join(work, file))) throw new Error(`${name} lacks ${file}`);
    },
    stop() {
      for (const { child } of hosts) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startHost(path, name) {
  const port = await freePort();
  const [work, state, home] = ['work', 'state', 'home'].map((folder) => path(name, folder));
  for (const folder of [work, home]) mkdirSync(folder, { recursive: true });
  const setEnv = {
    RUNBOOK_BOX_STATE: state,
    RUNBOOK_WORKSPACES: path(name, 'workspaces'),
    WORK: work,
    // A shell that sshd starts reads ~/.bashrc, and may do there for each command what takes longer than the command.
    HOME: home,
  };
  writeFileSync(
    path(name, 'sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${path('host_key')}`,
      `AuthorizedKeysFile ${path('user_key.pub')}`,
      'PidFile none',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'MaxStartups 1000',
      'PrintMotd no',
      'Subsystem sftp internal-sftp',
      `SetEnv ${Object.entries(setEnv)
        .map(([key, value]) => `"${key}=${value}"`)
        .join(' ')}`,
      '',
    ].join('\n'),
  );
  const child = spawn(SSHD, ['-D', '-e', '-f', path(name, 'sshd_config')], { stdio: 'ignore' });
  await listening(port);
  return { name, port, work, state, child };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no sshd answers on port ${port}`);
}
