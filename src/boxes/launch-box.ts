import { EXIT } from '../model/diagnostic.ts';
import { errorText, type ProgramEnd, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import { containerName, refuseBadName } from './box-name.ts';
import type { EngineProgram } from './engine.ts';
import { findBox, type LaunchedBox } from './find-box.ts';
import { forgetHostNeeds, hostNeeds } from './host-needs.ts';
import type { BoxImage } from './image.ts';
import { type BoxLabels, labelArgs } from './labels.ts';

/** A port of a box to publish, at `host` of 127.0.0.1 or at any free port. */
export interface WantedPort {
  readonly inside: number;
  readonly host?: number;
}

export interface Launch extends Omit<BoxLabels, 'image'> {
  readonly image: BoxImage;
  readonly ports: readonly WantedPort[];
  /** Size in bytes of a memory disk for the workspaces (/srv). It can be filled safely, and is lost on restart. */
  readonly workspaceBytes?: number;
  /** Where the host's needs are cached. */
  readonly cache: string;
  readonly signal?: AbortSignal;
}

/**
 * PID 1. Waiting in a shell, it reaps orphans in any image, and ends on TERM. If a step's own pkill kills `sleep`, it
 * starts again.
 */
const INIT = 'trap "exit 0" TERM INT; while :; do sleep 2147483647 & wait $!; done';

/**
 * podman passes these automatically: without the host's proxy, a box may reach no repository. By name, because a URL
 * may contain a password.
 */
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * Starts a box, completely or not at all: one call of the engine creates and starts it, and what a failed call leaves
 * is removed.
 * @throws RunbookError 64 for a name that is in use, 3 if it cannot start
 */
export async function launchBox(engine: EngineProgram, launch: Launch): Promise<LaunchedBox> {
  refuseBadName(launch.name);
  let result = await run(engine, launch);
  if (result.code !== 0 && !isTaken(result) && !launch.signal?.aborted) {
    // The host's needs may have changed since they were cached.
    await remove(engine, launch.name);
    await forgetHostNeeds(engine, launch.cache);
    result = await run(engine, launch);
  }
  const box = result.code === 0 ? await findBox(launch.name) : undefined;
  if (box) return box;
  if (isTaken(result)) throw taken(launch.name);
  await remove(engine, launch.name);
  throw boxError(
    'box-not-started',
    `The box ${launch.name} did not start: ${errorText(result)}.`,
    `Free the port or fix what ${engine} reports, then launch it again; nothing was left behind.`,
    { cause: result.stderr.trim() },
  );
}

async function run(engine: EngineProgram, launch: Launch): Promise<ProgramEnd> {
  const { name, image, ports, workspaceBytes, signal } = launch;
  const needs = await hostNeeds(engine, launch.cache);
  const onHost = needs.includes('--network=host');
  const proxies = PROXIES.filter((each) => process.env[each]).flatMap((each) => ['--env', each]);
  return await runProgram(
    [
      engine,
      ...['run', '--detach', '--name', containerName(name)],
      ...labelArgs({ ...launch, image: image.asked }),
      ...(onHost ? [] : ['--hostname', name]),
      ...needs,
      ...(workspaceBytes === undefined ? [] : ['--tmpfs', `/srv:rw,mode=0755,size=${workspaceBytes}`]),
      ...proxies,
      ...(onHost
        ? []
        : ports.flatMap((port) => ['--publish', `127.0.0.1:${port.host ?? ''}:${port.inside}`])),
      ...['--entrypoint', 'sh', image.runs, '-c', INIT],
    ],
    signal ? { signal } : {},
  );
}

const isTaken = ({ stderr }: ProgramEnd) => /name .*(?:already in use|is in use)/i.test(stderr);

function taken(name: string): Error {
  return boxError(
    'box-exists',
    `A box named ${name} already exists.`,
    `Choose another name, or remove it with: runbook box destroy ${name}`,
    { exit: EXIT.usage },
  );
}

/**
 * Removes only a box that has not started: if two launches use one name, the loser must not remove the winner's box.
 */
async function remove(engine: EngineProgram, name: string): Promise<void> {
  const box = await findBox(name).catch(() => undefined);
  if (box?.status === 'half-made') await runProgram([engine, 'rm', '--force', box.container]);
}
