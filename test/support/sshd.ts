import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A real sshd on a loopback port, with keys of its own; a box for tests that reaches the account that runs them. */
export interface Sshd {
  readonly port: number;
  /** `ssh://127.0.0.1:PORT`, for `--on`. */
  readonly target: string;
  /** Where the box keeps its identity, lock and counters: its own, though it shares the machine. */
  readonly state: string;
  /** Where relative paths start on the box: a folder for each project lies in it. */
  readonly workspaces: string;
  /** Everything of it: keys, `known_hosts`, `sshd.log`. */
  readonly folder: string;
  readonly knownHosts: string;
  /** What the engine must find in its environment to reach the box: RUNBOOK_SSH_CONFIG. */
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Ends sshd and every connection to it, by SIGKILL: what a pulled cable or a power cut looks like. */
  cut(): void;
  /** Starts it again after `cut`, on the same port with the same keys. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Further lines of sshd_config, ahead of ours, so that they count (sshd takes the first). */
  readonly config?: readonly string[];
  /** Where workspaces lie on the box; null: the box says nothing of it. In the sshd's own folder if not given. */
  readonly workspaces?: null;
  /** Variables that every session of the box has in addition to sshd's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Why no sshd can be started here; undefined: it can. */
export function reasonForNoSshd(): string | undefined {
  if (!existsSync(SSHD)) return 'openssh-server is not installed';
  return process.getuid?.() === 0 ? undefined : 'only root can run an sshd that makes sessions';
}

/** Starts an sshd that lets this account in with a generated key, and nothing else. */
export async function startSshd({ config = [], env = {}, ...more }: SshdOptions = {}): Promise<Sshd> {
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const folder = mkdtempSync(join(tmpdir(), 'runbook-sshd-'));
  chmodSync(folder, 0o755);
  const path = (name: string) => join(folder, name);
  const port = await freePort();
  for (const key of ['host_key', 'user_key']) makeKey(path(key));
  writeFileSync(path('authorized_keys'), readFileSync(path('user_key.pub')), { mode: 0o600 });
  writeFileSync(path('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(path('host_key.pub'), 'utf8')}`);

  const state = path('state');
  const workspaces = path('workspaces');
  const place = more.workspaces === null ? {} : { RUNBOOK_WORKSPACES: workspaces };
  const variables = { RUNBOOK_BOX_STATE: state, ...place, ...env };
  const setEnv = Object.entries(variables).map(([name, value]) => `"${name}=${value}"`);
  writeFileSync(
    path('sshd_config'),
    [
      ...config,
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${path('host_key')}`,
      `AuthorizedKeysFile ${path('authorized_keys')}`,
      'PidFile none',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'MaxStartups 1000',
      'PrintMotd no',
      'Subsystem sftp internal-sftp',
      `SetEnv ${setEnv.join(' ')}`,
      '',
    ].join('\n'),
  );
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

  let child = await listening(path('sshd_config'), path('sshd.log'), port);
  const cut = () => {
    for (const pid of [...sessionsOf(child.pid!), child.pid!]) kill(pid);
  };
  return {
    port,
    target: `ssh://127.0.0.1:${port}`,
    state,
    workspaces,
    folder,
    knownHosts: path('known_hosts'),
    env: { RUNBOOK_SSH_CONFIG: path('ssh_config') },
    get pid() {
      return child.pid!;
    },
    cut,
    restart: async () => {
      child = await listening(path('sshd_config'), path('sshd.log'), port);
    },
    stop: async () => {
      cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A client configuration that reaches several hosts, each under a name of its own. */
export function sshConfigByName(boxes: Readonly<Record<string, Sshd>>, file: string): string {
  const entries = Object.entries(boxes).map(([name, { port, folder, knownHosts }]) =>
    [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  IdentityFile ${join(folder, 'user_key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  );
  writeFileSync(file, entries.join('\n'));
  return file;
}

const SSHD = '/usr/sbin/sshd';

function makeKey(file: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'runbook-test', '-f', file]);
}

/** Its log says when it listens; by its last line, why it cannot. */
function listening(config: string, log: string, port: number): Promise<ChildProcess> {
  const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    // Held open: what a session says last comes after the folder has gone.
    const kept = openSync(log, 'a');
    child.stderr!.once('close', () => closeSync(kept));
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      writeSync(kept, chunk);
      if (said.includes(`listening on 127.0.0.1 port ${port}`)) resolve(child);
    });
    child.once('exit', () => reject(new Error(`sshd did not start: ${said}`)));
  });
}

/** The processes that serve its connections: they outlive the listener. */
function sessionsOf(listener: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const found = [listener];
  for (const parent of found)
    for (const [pid, ppid, command] of table)
      if (Number(ppid) === parent && command?.startsWith('sshd')) found.push(Number(pid));
  return found.slice(1);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
