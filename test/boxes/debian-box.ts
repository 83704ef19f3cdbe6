import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Engine, probeContainers } from './container-engine.ts';
import { debianImage } from './debian-image.ts';

/** A path of the host mounted in a box, read-only unless `writable`. */
export interface Mount {
  source: string;
  target: string;
  writable?: boolean;
}

export interface BoxOptions {
  /** An image from `debianImage`; default: the one with the base packages. */
  image?: string;
  mounts?: Mount[];
  env?: Record<string, string>;
  /** TCP ports inside the box that the host can reach at `Box.port`. */
  ports?: number[];
  /** The engine's `--network`, such as `none`; default: the engine's own network behind NAT. */
  network?: string;
  /** The host name inside, and part of the container's name. */
  name?: string;
}

export interface ExecOptions {
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
  user?: string;
  /** Ends the command inside the box with TERM, then KILL; its code is then 124 or 137, as from `timeout`. */
  timeoutMs?: number;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A running Debian container with only the base packages and the host's `node`. */
export interface Box {
  /** The container's name, for the engine's own commands. */
  readonly name: string;
  /** Runs an argv, or a string as a bash script. A failing command is a result; rejects only if the box is lost. */
  exec(command: string | string[], options?: ExecOptions): Promise<ExecResult>;
  /** Writes a file and creates its directories. */
  put(path: string, content: string): Promise<void>;
  get(path: string): Promise<string>;
  /** Where the host reaches a port of `BoxOptions.ports`: a port of 127.0.0.1. */
  port(inside: number): Promise<number>;
  /** Signals processes whose command line matches the regular expression; false if none does. */
  kill(signal: string, pattern: string): Promise<boolean>;
  /** Removes the container with everything that it wrote. Can be repeated. */
  destroy(): Promise<void>;
}

const label = 'agent-runbook.box';

/** A command of a test that takes longer hangs, and the box is lost. */
const longestMs = 10 * 60_000;

/**
 * PID 1. Waiting in bash, it reaps orphans at once. It ends on TERM, and after an hour, so that no box outlives a
 * forgotten run. Its child reads from a silent pipe, because a test's own kill could hit a `sleep`.
 */
const init = 'trap "exit 0" TERM; exec 3<> <(:); read -r -t 3600 -u 3 & wait';

const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * Starts a box, in under half a second once the image exists. Rejects with the reason if containers cannot run; tests
 * use `describeWithBoxes` to check that first.
 */
export async function startBox(options: BoxOptions = {}): Promise<Box> {
  const containers = await probeContainers();
  if (!containers.available) throw new Error(`no box can start here: ${containers.reason}`);
  const { engine } = containers;
  const image = options.image ?? (await debianImage());
  await removeLeftOvers(engine);

  const hostname = options.name ?? 'box';
  const name = `agent-runbook-${process.pid}-${hostname}-${randomBytes(3).toString('hex')}`;
  const network = options.network ? [`--network=${options.network}`] : [];
  const hostArgs = options.network
    ? containers.args.filter((arg) => !arg.startsWith('--network'))
    : containers.args;
  const onHostNetwork = [...network, ...hostArgs].includes('--network=host');
  const mounts = [{ source: process.execPath, target: '/usr/local/bin/node' }, ...(options.mounts ?? [])];

  await execa(engine, [
    ...['run', '--detach', '--rm', '--name', name, '--label', label],
    ...(onHostNetwork ? [] : ['--hostname', hostname]),
    ...hostArgs,
    ...network,
    ...mounts.flatMap(({ source, target, writable }: Mount) => [
      '--volume',
      `${source}:${target}:${writable ? 'rw' : 'ro'}`,
    ]),
    ...proxyVariables.filter((variable) => process.env[variable]).flatMap((variable) => ['--env', variable]),
    ...envArgs(options.env),
    ...(onHostNetwork ? [] : (options.ports ?? []).flatMap((port) => ['--publish', `127.0.0.1::${port}`])),
    ...[image, 'bash', '-c', init],
  ]);

  const box: Box = {
    name,
    exec: (command, execOptions) => execInside(engine, name, command, execOptions),
    async put(path, content) {
      const script = 'mkdir -p "$(dirname "$0")" && cat >"$0"';
      demand(await box.exec(['bash', '-c', script, path], { input: content }), `cannot write ${path}`);
    },
    async get(path) {
      return demand(await box.exec(['cat', path]), `cannot read ${path}`).stdout;
    },
    async port(inside) {
      if (onHostNetwork) return inside;
      const { stdout } = await execa(engine, ['port', name, `${inside}/tcp`]);
      return Number(stdout.split(':').at(-1));
    },
    async kill(signal, pattern) {
      return (await box.exec(['pkill', `-${signal}`, '--full', '--', pattern])).code === 0;
    },
    async destroy() {
      await removeContainer(engine, name);
    },
  };
  return box;
}

/** Makes the built command available inside a box: `node /opt/runbook/dist/bin.js`. Needs `npm run build` first. */
export function runbookMounts(): Mount[] {
  const mounts = ['dist', 'package.json'].map((path) => ({
    source: fileURLToPath(new URL(`../../${path}`, import.meta.url)),
    target: `/opt/runbook/${path}`,
  }));
  const missing = mounts.find(({ source }) => !existsSync(source));
  if (missing) throw new Error(`${missing.source} is missing: run \`npm run build\` before the tests`);
  return mounts;
}

async function execInside(
  engine: Engine,
  name: string,
  command: string | string[],
  { input, env, cwd, user, timeoutMs }: ExecOptions = {},
): Promise<ExecResult> {
  const argv = typeof command === 'string' ? ['bash', '-c', command] : command;
  const limit = timeoutMs === undefined ? [] : ['timeout', '--kill-after=2', String(timeoutMs / 1000)];
  const result = await execa(
    engine,
    [
      'exec',
      ...(input === undefined ? [] : ['--interactive']),
      ...envArgs(env),
      ...(cwd === undefined ? [] : ['--workdir', cwd]),
      ...(user === undefined ? [] : ['--user', user]),
      ...[name, ...limit, ...argv],
    ],
    { input: input ?? '', reject: false, stripFinalNewline: false, timeout: longestMs },
  );
  if (result.exitCode === undefined) throw new Error(`box ${name} is lost: ${result.shortMessage}`);
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

function envArgs(env: Record<string, string> = {}): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}

function demand(result: ExecResult, what: string): ExecResult {
  if (result.code !== 0) throw new Error(`${what}: ${result.stderr.trim()}`);
  return result;
}

/** Removes the boxes of processes that died without destroying them. */
async function removeLeftOvers(engine: Engine): Promise<void> {
  const listing = ['ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}'];
  const { stdout } = await execa(engine, listing);
  const orphans = stdout.split('\n').filter((name) => name !== '' && !isAlive(ownerOf(name)));
  await Promise.all(orphans.map((name) => removeContainer(engine, name)));
}

/** The process id in a box's name. */
const ownerOf = (name: string): number => Number(name.split('-')[2]);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Succeeds if it is already gone. */
async function removeContainer(engine: Engine, name: string): Promise<void> {
  const result = await execa(engine, ['rm', '--force', '--volumes', name], { reject: false });
  if (result.exitCode !== 0 && !/no such container|no container|already in progress/i.test(result.stderr)) {
    throw new Error(`box ${name} was not removed: ${result.stderr}`);
  }
}
