import { existsSync, readdirSync, statSync } from 'node:fs';
import { processes, processNames, processStartMs } from './processes.ts';
import { askTool } from './tool.ts';
import { textOf, tryRead } from './try-read.ts';

/** A service as its manager sees it. */
export interface Service {
  readonly name: string;
  readonly state: 'active' | 'inactive' | 'failed' | 'starting' | 'unknown';
  /** Starts at boot; undefined: not known. */
  readonly enabled?: boolean;
  readonly manager: 'systemd' | 'sysv' | 'openrc';
  /** One line for people: sub-state, main pid, how this was found out. */
  readonly detail: string;
}

/** The answer to one question about one service. */
export type ServiceAnswer =
  | { readonly kind: 'found'; readonly service: Service }
  /** The manager was asked and knows no such service. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One service by name, with or without `.service`. */
export async function service(name: string): Promise<ServiceAnswer> {
  if (!/^[\w@:.\\][\w@:.\\-]*$/.test(name))
    return { kind: 'unknown', reason: `${name} cannot be the name of a service` };
  if (hasSystemd()) return systemdService(name);
  if (existsSync(`/etc/init.d/${name}`)) return { kind: 'found', service: await scriptService(name) };
  return { kind: 'unknown', reason: `no systemd runs here and there is no /etc/init.d/${name}` };
}

/** Every service that the box's manager knows. Reads state only; init scripts are not run. */
export async function services(): Promise<{
  readonly services: readonly Service[];
  readonly unavailable?: string;
}> {
  if (hasSystemd()) return systemdServices();
  const scripts = tryRead(() => readdirSync('/etc/init.d'));
  if (scripts.kind !== 'read')
    return { services: [], unavailable: 'no systemd runs here and there is no /etc/init.d' };
  const running = await processes();
  const programs = new Set(running.processes.flatMap(processNames));
  const found = scripts.value.filter((name) => !/^(?:README|skeleton|functions\.sh|\.)/.test(name));
  return { services: found.map((name) => byProcess(name, programs)) };
}

/** sd_booted(3): this folder is there exactly where systemd is PID 1. */
function hasSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

const PROPERTIES = 'Id,LoadState,ActiveState,SubState,UnitFileState,MainPID';

async function systemdService(name: string): Promise<ServiceAnswer> {
  const unit = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
  const answer = await askTool('systemctl', ['show', `--property=${PROPERTIES}`, '--', unit]);
  if (answer.kind !== 'exit') return { kind: 'unknown', reason: 'systemctl cannot be asked' };
  if (answer.code !== 0) return { kind: 'unknown', reason: firstLine(answer.stderr) };
  const properties = parseProperties(answer.stdout);
  if (properties.get('LoadState') === 'not-found')
    return { kind: 'missing', reason: `systemd knows no ${unit}` };
  return { kind: 'found', service: fromProperties(name, properties) };
}

async function systemdServices() {
  const answer = await askTool('systemctl', ['show', `--property=${PROPERTIES}`, '--', '*.service']);
  if (answer.kind !== 'exit' || answer.code !== 0)
    return { services: [], unavailable: 'systemctl gave no answer' };
  const blocks = answer.stdout.split(/\n\n+/).map(parseProperties);
  const loaded = blocks.filter((each) => each.has('Id') && each.get('LoadState') !== 'not-found');
  return { services: loaded.map((each) => fromProperties(each.get('Id')!.replace(/\.service$/, ''), each)) };
}

function parseProperties(text: string): Map<string, string> {
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

/** Without systemd: a pid file, else what the init script says, else whether a process of that name runs. */
async function scriptService(name: string): Promise<Service> {
  const pid = pidFromFile(name);
  if (pid !== undefined) return scripted(name, 'active', `pid ${pid}, by its pid file`);
  const answer = await askTool(`/etc/init.d/${name}`, ['status']);
  const said = answer.kind === 'exit' ? statusOf(answer.code, answer.stdout + answer.stderr) : undefined;
  if (said) return scripted(name, said, `its init script says ${said}`);
  const running = await processes();
  return byProcess(name, new Set(running.processes.flatMap(processNames)));
}

/** Exit codes of the action `status` (LSB 5.0, section 22.2). A script without that action prints its usage. */
function statusOf(code: number, output: string): Service['state'] | undefined {
  if (/\busage\b/i.test(output)) return undefined;
  if (code === 0) return 'active';
  if (code === 1 || code === 2) return 'failed';
  return code === 3 ? 'inactive' : undefined;
}

function byProcess(name: string, programs: ReadonlySet<string>): Service {
  const pid = pidFromFile(name);
  if (pid !== undefined) return scripted(name, 'active', `pid ${pid}, by its pid file`);
  // The kernel cuts names to 15 bytes.
  if (programs.has(name) || programs.has(name.slice(0, 15)))
    return scripted(name, 'active', 'a process of that name runs');
  return scripted(name, 'inactive', 'no pid file, and no process of that name runs');
}

function scripted(name: string, state: Service['state'], detail: string): Service {
  const manager = existsSync('/run/openrc') ? 'openrc' : 'sysv';
  return { name, state, enabled: startsAtBoot(name), manager, detail };
}

/** A pid file counts only while its process lives and is older than the file: pids are used again, after a reboot most of all. */
function pidFromFile(name: string): number | undefined {
  for (const path of [`/run/${name}.pid`, `/run/${name}/${name}.pid`]) {
    const pid = Number.parseInt(textOf(path) ?? '', 10);
    const startedMs = pid > 0 ? processStartMs(pid) : undefined;
    const written = tryRead(() => statSync(path).mtimeMs);
    // Start times are counted from a boot time in whole seconds.
    if (startedMs !== undefined && written.kind === 'read' && startedMs <= written.value + 2000) return pid;
  }
  return undefined;
}

/** Links of SysV run levels 2 to 5, or a run level of OpenRC. */
function startsAtBoot(name: string): boolean {
  const link = new RegExp(`^S\\d\\d${name.replace(/[.\\]/g, '\\$&')}$`);
  const started = (folder: string) => {
    const names = tryRead(() => readdirSync(folder));
    return names.kind === 'read' && names.value.some((each) => link.test(each));
  };
  if (['/etc/rc2.d', '/etc/rc3.d', '/etc/rc4.d', '/etc/rc5.d'].some(started)) return true;
  return ['default', 'boot', 'sysinit'].some((level) => existsSync(`/etc/runlevels/${level}/${name}`));
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] || 'systemctl gave no answer';
}
