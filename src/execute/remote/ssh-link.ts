import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { type BoxTarget, targetText } from '../../model/box-target.ts';
import { runProgram } from '../../program/run-program.ts';
import type { BoxLink } from './link.ts';
import { explainSsh } from './ssh-errors.ts';
import { sharedConnection } from './ssh-shared-connection.ts';

export interface SshOptions {
  readonly target: Extract<BoxTarget, { kind: 'ssh' }>;
  /** Whether a person is at the terminal, so that ssh may prompt. */
  readonly attended: boolean;
  /** Another configuration file than the person's own (RUNBOOK_SSH_CONFIG). */
  readonly config: string | undefined;
}

/**
 * sshd allows 10 sessions per connection by default (MaxSessions). The rest are kept for connections and large files.
 */
const MAX_SESSIONS = 6;

/** Login can be slow on a loaded box, and slower when a person has to enter a password or a second factor. */
const [SILENCE_MS, LOGIN_TIMEOUT_MS] = [120_000, 900_000];

/**
 * Connects through the OpenSSH client, so that the person's configuration, keys, agent, jump hosts and known hosts
 * apply. The first session opens the connection; all others share it, and so does the next pass within a minute.
 */
export async function openSshLink({ target, attended, config }: SshOptions): Promise<BoxLink> {
  const common = [...(config === undefined ? [] : ['-F', config]), ...destinationOptions(target)];
  const { code: failed, stdout: configuration } = await runProgram(['ssh', '-G', ...common, target.host]);
  const shared = await sharedConnection(failed ? undefined : configuration);
  const fixed = [
    ...common,
    ...['-T', '-a', '-x'],
    ...options({
      // Without a person, a prompt would wait forever.
      BatchMode: attended ? 'no' : 'yes',
      StrictHostKeyChecking: attended ? hostKeyChecking(configuration) : 'yes',
      ControlMaster: 'auto',
      ...shared.options,
      ClearAllForwardings: 'yes',
      PermitLocalCommand: 'no',
      RemoteCommand: 'none',
      EscapeChar: 'none',
      // Detects a dead connection within half a minute.
      ServerAliveInterval: '10',
      ServerAliveCountMax: '3',
      ConnectTimeout: '15',
      LogLevel: 'ERROR',
    }),
  ];
  const name = targetText(target);
  const remote = (command: string) => ['--', target.host, `exec sh -c '${command}'`];
  const start = (args: readonly string[], command: string, spawning: SpawnOptions): ChildProcess =>
    spawn('ssh', [...fixed, ...args, ...remote(command)], spawning);
  return {
    kind: 'ssh',
    name,
    greetingMs: attended ? LOGIN_TIMEOUT_MS : SILENCE_MS,
    mostSessions: MAX_SESSIONS,
    // In its own process group: Ctrl-C is for this process, which then ends what runs on the box.
    start: (command) => start([], command, { stdio: ['pipe', 'pipe', 'pipe'], detached: true }),
    startOnTerminal: (command) => start(['-tt'], command, { stdio: 'inherit' }),
    explain: (code, said) => explainSsh(name, target, code, said),
    close: shared.close,
  };
}

function destinationOptions({ user, port }: SshOptions['target']): string[] {
  return [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
}

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** An unknown host key is never accepted silently. If the configuration would do that, the person is asked. */
function hostKeyChecking(configuration: string): 'yes' | 'ask' {
  return /^stricthostkeychecking (yes|true)$/im.test(configuration) ? 'yes' : 'ask';
}
