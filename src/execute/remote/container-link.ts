import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { nearest } from '../../base/nearest.ts';
import type { ContainerEngine } from '../../model/box-target.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { BoxLink } from './link.ts';

const execute = promisify(execFile);

/** A running container and how to run programs in it. */
export interface ContainerLink extends BoxLink {
  /** The container's id, 64 hexadecimal digits. */
  readonly id: string;
  readonly engine: ContainerEngine;
}

export interface ContainerOptions {
  /** Its name or id. */
  readonly container: string;
  /** The engine that runs it. By default the installed engines are tried, podman first. */
  readonly engine?: ContainerEngine | undefined;
  /** The name to use in messages. */
  readonly name: string;
}

/** Each session costs one process of the engine and one in the container. */
const MAX_SESSIONS = 8;

/** A loaded engine can be slow to answer. */
const SILENCE_MS = 120_000;

/**
 * Connects to a running container through `podman exec` or `docker exec`.
 * @throws RunbookError 3 if no engine is installed, or none has a running container of that name
 */
export async function openContainerLink({
  container,
  engine,
  name,
}: ContainerOptions): Promise<ContainerLink> {
  const found = await find(container, engine ? [engine] : ['podman', 'docker'], name);
  const args = (flags: readonly string[], command: string) => [
    'exec',
    ...flags,
    found.id,
    ...['sh', '-c', command],
  ];
  return {
    kind: 'container',
    id: found.id,
    engine: found.engine,
    name,
    greetingMs: SILENCE_MS,
    mostSessions: MAX_SESSIONS,
    start: (command) =>
      spawn(found.engine, args(['-i'], command), { stdio: ['pipe', 'pipe', 'pipe'], detached: true }),
    startOnTerminal: (command) => spawn(found.engine, args(['-it'], command), { stdio: 'inherit' }),
    explain: (code, said) => explain(name, code, said),
    close: async () => {},
  };
}

async function find(
  container: string,
  engines: readonly ContainerEngine[],
  name: string,
): Promise<{ engine: ContainerEngine; id: string }> {
  const reasons: string[] = [];
  for (const engine of engines) {
    const asked = ['container', 'inspect', '--format', '{{.Id}} {{.State.Running}}', '--', container];
    try {
      const { stdout } = await execute(engine, asked, { timeout: 30_000 });
      const [id = '', running] = stdout.trim().split(' ');
      if (running === 'true') return { engine, id };
      throw refused(
        'box-stopped',
        `${name} is not running.`,
        `Start it with "${engine} start ${container}".`,
      );
    } catch (error) {
      if (error instanceof RunbookError) throw error;
      reasons.push(`${engine}: ${reasonOf(error as NodeJS.ErrnoException & { stderr?: string })}`);
    }
  }
  const close = nearest(container, await running(engines));
  throw refused(
    'no-such-container',
    `No running container is called "${container}".`,
    close ? `Did you mean container:${close}?` : 'Use a name that "podman ps" or "docker ps" lists.',
    reasons.join('; '),
  );
}

async function running(engines: readonly ContainerEngine[]): Promise<string[]> {
  const lists = engines.map(async (engine) => {
    const { stdout } = await execute(engine, ['ps', '--format', '{{.Names}}'], { timeout: 30_000 });
    return stdout.split('\n').filter((line) => line !== '');
  });
  const all = await Promise.allSettled(lists);
  return all.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}

function reasonOf(error: NodeJS.ErrnoException & { stderr?: string }): string {
  if (error.code === 'ENOENT') return 'not installed';
  return error.stderr?.trim().split('\n').at(-1) || error.message;
}

function explain(name: string, code: number | undefined, said: string): Diagnostic {
  const words = said.trim();
  const noShell = /"?sh"?: executable file not found|exec: "sh"/.test(words);
  return {
    code: noShell ? 'box-no-shell' : 'box-unreachable',
    severity: 'error',
    message: noShell
      ? `${name} has no POSIX shell (sh), which runbook needs to run commands.`
      : `Opening a session in ${name} failed (exit code ${code ?? 'unknown'}).`,
    remedy: noShell
      ? 'Use an image that has sh.'
      : 'Check that the container is running; the cause has details.',
    ...(words === '' ? {} : { cause: words.split('\n').slice(-3).join(' ').slice(-600) }),
  };
}

function refused(code: string, message: string, remedy: string, cause?: string): RunbookError {
  const diagnostic = { code, severity: 'error', message, remedy, ...(cause ? { cause } : {}) } as const;
  return new RunbookError([diagnostic], EXIT.person);
}
