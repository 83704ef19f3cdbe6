import { spawn } from 'node:child_process';
import { nearest } from '../../base/nearest.ts';
import type { ContainerEngine } from '../../model/box-target.ts';
import { type Diagnostic, EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import { errorText, runProgram } from '../../program/run-program.ts';
import type { BoxLink } from './link.ts';

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
    const end = await runProgram([engine, ...asked], { timeoutMs: 30_000 });
    const [id = '', running] = end.stdout.trim().split(' ');
    if (end.code === 0 && running === 'true') return { engine, id };
    if (end.code === 0)
      throw refused(
        'box-stopped',
        `${name} is not running.`,
        `Start it with "${engine} start ${container}".`,
      );
    reasons.push(`${engine}: ${end.kind === 'missing' ? 'not installed' : errorText(end)}`);
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
  const lists = engines.map((engine) =>
    runProgram([engine, 'ps', '--format', '{{.Names}}'], { timeoutMs: 30_000 }),
  );
  return (await Promise.all(lists)).flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
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
  return runbookError({ code, message, remedy, ...(cause ? { cause } : {}) }, EXIT.person);
}
