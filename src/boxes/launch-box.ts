import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import { containerName, refuseBadName } from './box-name.ts';
import { call, errorText, type ProgramAnswer } from './call.ts';
import type { EngineProgram } from './engine.ts';
import { findBox, type LaunchedBox } from './find-box.ts';
import { forgetHostNeeds, hostNeeds } from './host-needs.ts';
import type { BoxImage } from './image.ts';
import { type BoxLabels, labelArgs } from './labels.ts';

/** A port of a box that this host shall reach: at `host` of 127.0.0.1, or at any that is free. */
export interface WantedPort {
  readonly inside: number;
  readonly host?: number;
}

export interface Launch extends Omit<BoxLabels, 'image'> {
  readonly image: BoxImage;
  readonly ports: readonly WantedPort[];
  /** A disk of its own for the workspaces (/srv), of so many bytes of memory: gone with a restart, and safe to fill. */
  readonly workspaceBytes?: number;
  /** Where the answer to what this host needs is kept. */
  readonly cache: string;
  readonly signal?: AbortSignal;
}

/**
 * PID 1. Waiting in a shell, it reaps what is orphaned, whatever image this is; it ends on TERM. `sleep` may be killed by a
 * step's own pkill: then it begins anew.
 */
const INIT = 'trap "exit 0" TERM INT; while :; do sleep 2147483647 & wait $!; done';

/** As podman does by itself: without the host's proxy a box may reach no repository. By name, since a URL may hold a password. */
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * Starts a box. It is there whole, with its labels, or not at all: one call of the engine makes and starts it, and what a
 * failed call has left is removed.
 * @throws RunbookError 64 for a name that is taken, 3 where it cannot start
 */
export async function launchBox(engine: EngineProgram, launch: Launch): Promise<LaunchedBox> {
  refuseBadName(launch.name);
  let said = await run(engine, launch);
  if (said.code !== 0 && !isTaken(said) && !launch.signal?.aborted) {
    // What the host needs may have changed since it was found out.
    await remove(engine, launch.name);
    await forgetHostNeeds(engine, launch.cache);
    said = await run(engine, launch);
  }
  const box = said.code === 0 ? await findBox(launch.name) : undefined;
  if (box) return box;
  if (isTaken(said)) throw taken(launch.name);
  await remove(engine, launch.name);
  throw boxError(
    'box-not-started',
    `The box ${launch.name} did not start: ${errorText(said)}.`,
    `Free the port or mend what ${engine} complains about; nothing of it is left.`,
    { cause: said.stderr.trim() },
  );
}

async function run(engine: EngineProgram, launch: Launch): Promise<ProgramAnswer> {
  const { name, image, ports, workspaceBytes, signal } = launch;
  const needs = await hostNeeds(engine, launch.cache);
  const onHost = needs.includes('--network=host');
  const proxies = PROXIES.filter((each) => process.env[each]).flatMap((each) => ['--env', each]);
  return await call(
    engine,
    [
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

const isTaken = ({ stderr }: ProgramAnswer) => /name .*(?:already in use|is in use)/i.test(stderr);

function taken(name: string): Error {
  return boxError(
    'box-exists',
    `There is a box ${name} already.`,
    `Choose another name, or remove it: runbook box destroy ${name}.`,
    { exit: EXIT.usage },
  );
}

/** Only what has not started: of two that launch one name at once, the loser must not remove the winner's. */
async function remove(engine: EngineProgram, name: string): Promise<void> {
  const box = await findBox(name).catch(() => undefined);
  if (box?.status === 'half-made') await call(engine, ['rm', '--force', box.container]);
}
