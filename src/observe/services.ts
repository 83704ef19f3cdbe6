import { localMachine } from './local-machine.ts';
import { type Machine, namesIn, readText } from './machine.ts';
import { type Processes, processes, processNames, processStartMs } from './processes.ts';

/** A service as its manager reports it. */
export interface Service {
  readonly name: string;
  readonly state: 'active' | 'inactive' | 'failed' | 'starting' | 'unknown';
  /** Whether it starts at boot; undefined if unknown. */
  readonly enabled?: boolean;
  readonly manager: 'systemd' | 'sysv' | 'openrc';
  /** One line for people: sub-state, main pid, how the state was determined. */
  readonly detail: string;
}

/** The services of the box, or why they are not known. */
export interface Services {
  readonly services: readonly Service[];
  readonly unavailable?: string;
}

/** The result of querying one service. */
export type ServiceAnswer =
  | { readonly kind: 'found'; readonly service: Service }
  /** The manager does not know the service. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Whether a service can have this name. Any other name is neither queried nor used in a path. */
export function isServiceName(name: string): boolean {
  return /^[\w@:.\\][\w@:.\\-]*$/.test(name);
}

/** One service by name, with or without `.service`. */
export async function findService(name: string, machine: Machine = localMachine): Promise<ServiceAnswer> {
  if (!isServiceName(name)) return { kind: 'unknown', reason: `${name} is not a valid service name` };
  if (hasSystemd(machine)) return systemdService(name, machine);
  if (machine.exists(`/etc/init.d/${name}`))
    return { kind: 'found', service: await scriptService(name, machine) };
  return { kind: 'unknown', reason: `the box runs no systemd and /etc/init.d/${name} does not exist` };
}

/**
 * Every service that the box's manager knows. Reads state only; init scripts are not run.
 * @param running the processes of the box, asked for only without systemd
 */
export async function listServices(machine: Machine, running: () => Promise<Processes>): Promise<Services> {
  if (hasSystemd(machine)) return systemdServices(machine);
  const scripts = machine.list('/etc/init.d');
  if (scripts.kind !== 'read')
    return { services: [], unavailable: 'the box runs no systemd and /etc/init.d does not exist' };
  const programs = new Set((await running()).processes.flatMap(processNames));
  const boot = bootNames(machine);
  const found = scripts.value.filter(({ name }) => !/^(?:README|skeleton|functions\.sh|\.)/.test(name));
  return { services: found.map(({ name }) => byProcess(name, programs, machine, boot)) };
}

/** sd_booted(3): this folder exists exactly if systemd is PID 1. */
export function hasSystemd(machine: Machine): boolean {
  return machine.exists('/run/systemd/system');
}

/** The properties queried of a unit. */
export const PROPERTIES = 'Id,LoadState,ActiveState,SubState,UnitFileState,MainPID';

/** The unit's full name. */
export function unitName(name: string): string {
  return /\.[a-z]+$/.test(name) ? name : `${name}.service`;
}

async function systemdService(name: string, machine: Machine): Promise<ServiceAnswer> {
  const unit = unitName(name);
  const answer = await machine.tool('systemctl', ['show', `--property=${PROPERTIES}`, '--', unit]);
  if (answer.kind !== 'exit') return { kind: 'unknown', reason: 'systemctl could not be run' };
  if (answer.code !== 0) return { kind: 'unknown', reason: firstLine(answer.stderr) };
  const properties = parseProperties(answer.stdout);
  if (properties.get('LoadState') === 'not-found')
    return { kind: 'missing', reason: `systemd has no unit ${unit}` };
  return { kind: 'found', service: fromProperties(name, properties) };
}

async function systemdServices(machine: Machine) {
  const answer = await machine.tool('systemctl', ['show', `--property=${PROPERTIES}`, '--', '*.service']);
  if (answer.kind !== 'exit' || answer.code !== 0) return { services: [], unavailable: 'systemctl failed' };
  const blocks = answer.stdout.split(/\n\n+/).map(parseProperties);
  const loaded = blocks.filter((each) => each.has('Id') && each.get('LoadState') !== 'not-found');
  return { services: loaded.map((each) => fromProperties(each.get('Id')!.replace(/\.service$/, ''), each)) };
}

/** The `NAME=value` lines that `systemctl show` prints for one unit. */
export function parseProperties(text: string): Map<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return new Map(pairs as [string, string][]);
}

function fromProperties(name: string, properties: ReadonlyMap<string, string>): Service {
  const active = properties.get('ActiveState') ?? '';
  const pid = properties.get('MainPID') ?? '0';
  const detail = `${active} (${properties.get('SubState')})${pid === '0' ? '' : `, pid ${pid}`}`;
  const file = properties.get('UnitFileState') ?? '';
  return {
    name,
    state: SYSTEMD_STATES.get(active) ?? 'unknown',
    ...(file !== '' && { enabled: ENABLED.has(file) }),
    manager: 'systemd',
    detail,
  };
}

const SYSTEMD_STATES: ReadonlyMap<string, Service['state']> = new Map([
  ['active', 'active'],
  ['reloading', 'active'],
  ['refreshing', 'active'],
  ['inactive', 'inactive'],
  ['deactivating', 'inactive'],
  ['failed', 'failed'],
  ['activating', 'starting'],
]);

/** The states for which `systemctl is-enabled` exits with 0 (systemctl(1), table 1). */
const ENABLED = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated']);

/** Without systemd: by pid file, else by the init script's status, else by whether a process of that name runs. */
async function scriptService(name: string, machine: Machine): Promise<Service> {
  const pid = pidFromFile(name, machine);
  if (pid !== undefined) return scripted(name, 'active', `pid ${pid}, from its pid file`, machine);
  const answer = await machine.tool(`/etc/init.d/${name}`, ['status']);
  const status = answer.kind === 'exit' ? statusOf(answer.code, answer.stdout + answer.stderr) : undefined;
  if (status) return scripted(name, status, `its init script reports ${status}`, machine);
  const running = await processes(machine);
  return byProcess(name, new Set(running.processes.flatMap(processNames)), machine);
}

/** Exit codes of the action `status` (LSB 5.0, section 22.2). A script without that action prints its usage. */
function statusOf(code: number, output: string): Service['state'] | undefined {
  if (/\busage\b/i.test(output)) return undefined;
  if (code === 0) return 'active';
  if (code === 1 || code === 2) return 'failed';
  return code === 3 ? 'inactive' : undefined;
}

function byProcess(
  name: string,
  programs: ReadonlySet<string>,
  machine: Machine,
  boot?: ReadonlySet<string>,
): Service {
  const pid = pidFromFile(name, machine);
  if (pid !== undefined) return scripted(name, 'active', `pid ${pid}, from its pid file`, machine, boot);
  // The kernel truncates names to 15 bytes.
  if (programs.has(name) || programs.has(name.slice(0, 15)))
    return scripted(name, 'active', 'a process of that name runs', machine, boot);
  return scripted(name, 'inactive', 'no pid file, and no process of that name runs', machine, boot);
}

/** @param boot what starts at boot, if it is known already */
function scripted(
  name: string,
  state: Service['state'],
  detail: string,
  machine: Machine,
  boot = bootNames(machine),
): Service {
  const manager = machine.exists('/run/openrc') ? 'openrc' : 'sysv';
  return { name, state, enabled: boot.has(name), manager, detail };
}

/**
 * A pid file counts only if its process runs and is older than the file, because pids are reused, especially after a
 * reboot.
 */
function pidFromFile(name: string, machine: Machine): number | undefined {
  for (const path of [`/run/${name}.pid`, `/run/${name}/${name}.pid`]) {
    const pid = Number.parseInt(readText(machine, path) ?? '', 10);
    const startedMs = pid > 0 ? processStartMs(pid, machine) : undefined;
    const written = startedMs === undefined ? undefined : machine.status(path);
    // Start times are computed from a boot time in whole seconds.
    if (written?.kind === 'read' && startedMs! <= written.value.modifiedMs + 2000) return pid;
  }
  return undefined;
}

/** The services that start at boot: links of SysV run levels 2 to 5, or a run level of OpenRC. */
function bootNames(machine: Machine): ReadonlySet<string> {
  const links = ['/etc/rc2.d', '/etc/rc3.d', '/etc/rc4.d', '/etc/rc5.d'].flatMap((folder) =>
    namesIn(machine, folder).flatMap((name) => /^S\d\d(.+)$/.exec(name)?.[1] ?? []),
  );
  const levels = ['default', 'boot', 'sysinit'].flatMap((level) =>
    namesIn(machine, `/etc/runlevels/${level}`),
  );
  return new Set([...links, ...levels]);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'systemctl failed';
}
