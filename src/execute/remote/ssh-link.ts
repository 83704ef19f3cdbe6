import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BoxTarget, targetText } from '../../model/box-target.ts';
import type { BoxLink } from './link.ts';
import { explainSsh } from './ssh-errors.ts';

export interface SshOptions {
  readonly target: Extract<BoxTarget, { kind: 'ssh' }>;
  /** Whether a person sits at the terminal, whom ssh may ask. */
  readonly attended: boolean;
  /** Another configuration than the person's own (RUNBOOK_SSH_CONFIG). */
  readonly config: string | undefined;
}

/** sshd's MaxSessions is 10 unless it is told otherwise; some are left for connections and large files. */
const MOST_SESSIONS = 6;

/** A login on a box under load takes its time, and longer where a person is asked for a password or a second factor. */
const [SILENCE_MS, ATTENDED_MS] = [120_000, 900_000];

/**
 * A host through the OpenSSH client, so that the person's configuration, keys, agent, jump hosts and known hosts count.
 * The first session brings the connection with it; all others go through it, by a socket in a private folder.
 */
export async function openSshLink({ target, attended, config }: SshOptions): Promise<BoxLink> {
  const folder = mkdtempSync(join(tmpdir(), 'rb-'));
  const socket = join(folder, 's');
  const common = [...(config === undefined ? [] : ['-F', config]), ...destinationOptions(target)];
  const hostKeys = attended ? await strictness([...common, target.host]) : 'yes';
  const fixed = [
    ...common,
    ...['-T', '-a', '-x', '-S', socket],
    ...options({
      // Nobody is asked where nobody is: a question would wait for ever.
      BatchMode: attended ? 'no' : 'yes',
      StrictHostKeyChecking: hostKeys,
      ControlPersist: 'no',
      ClearAllForwardings: 'yes',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
      EscapeChar: 'none',
      // A cut cable is noticed within half a minute.
      ServerAliveInterval: '10',
      ServerAliveCountMax: '3',
      ConnectTimeout: '15',
      LogLevel: 'ERROR',
    }),
  ];
  const name = targetText(target);
  const remote = (command: string) => ['--', target.host, `exec sh -c '${command}'`];
  let first = true;
  const start = (args: readonly string[], command: string, spawning: SpawnOptions): ChildProcess =>
    spawn('ssh', [...fixed, ...args, ...remote(command)], spawning);
  return {
    kind: 'ssh',
    name,
    greetingMs: attended ? ATTENDED_MS : SILENCE_MS,
    mostSessions: MOST_SESSIONS,
    start(command) {
      const master = first ? ['-M'] : [];
      first = false;
      // In a group of its own: Ctrl-C is for this program, which then ends what runs there.
      return start(master, command, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    },
    startOnTerminal: (command) => start(['-tt'], command, { stdio: 'inherit' }),
    explain: (code, said) => explainSsh(name, target, code, said),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

function destinationOptions({ user, port }: SshOptions['target']): string[] {
  return [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
}

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** An unknown host key is never accepted in silence: where the configuration would do that, the person is asked. */
async function strictness(args: readonly string[]): Promise<'yes' | 'ask'> {
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-G', ...args]);
    return /^stricthostkeychecking (yes|true)$/im.test(stdout) ? 'yes' : 'ask';
  } catch {
    return 'ask';
  }
}
