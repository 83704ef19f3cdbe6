import { dirname } from 'node:path';
import { type Machine, readText } from '../machine.ts';
import type { Observer, Unnumbered } from './observer.ts';

type Limit = Unnumbered<'limits'>;

/**
 * The limits of the cgroup that this process and its steps run in, v1 or v2, and of processes started from here. Of the
 * ancestor cgroups, the tightest limit counts (cgroups(7), Documentation/admin-guide/cgroup-v2.rst).
 */
export const observeLimits: Observer<'limits'> = async ({ machine }) => {
  const facts = [...cgroupLimits(machine), ...processLimits(machine), ...systemLimits(machine)];
  return facts.length === 0
    ? { facts, unavailable: ['this system has no cgroups and no /proc/self/limits'] }
    : { facts };
};

function cgroupLimits(machine: Machine): Limit[] {
  const lines = (readText(machine, '/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  return lines.flatMap(([id, controllers = '', path]) => {
    if (path === undefined) return [];
    if (id === '0') return v2Limits(path, machine);
    return controllers.split(',').flatMap((controller) => v1Limits(controller, path, machine));
  });
}

function v2Limits(path: string, machine: Machine): Limit[] {
  const root = machine.exists('/sys/fs/cgroup/cgroup.controllers')
    ? '/sys/fs/cgroup'
    : '/sys/fs/cgroup/unified';
  const chain = foldersUp(root, path, machine);
  return [
    tightest(machine, chain, 'memory', 'bytes', 'memory.max', 'memory.current', (folder) =>
      counted(machine, folder, 'memory.events', 'oom_kill'),
    ),
    tightest(machine, chain, 'swap', 'bytes', 'memory.swap.max', 'memory.swap.current'),
    tightest(machine, chain, 'processes', 'processes', 'pids.max', 'pids.current', (folder) =>
      counted(machine, folder, 'pids.events', 'max'),
    ),
    ...cpuV2(chain, machine),
  ].filter((limit) => limit !== undefined);
}

function v1Limits(controller: string, path: string, machine: Machine): Limit[] {
  if (!['memory', 'pids', 'cpu'].includes(controller)) return [];
  const chain = foldersUp(`/sys/fs/cgroup/${controller}`, path, machine);
  if (controller === 'memory') {
    const limit = tightest(
      machine,
      chain,
      'memory',
      'bytes',
      'memory.limit_in_bytes',
      'memory.usage_in_bytes',
      (folder) => counted(machine, folder, 'memory.oom_control', 'oom_kill'),
    );
    return limit === undefined ? [] : [limit];
  }
  if (controller === 'pids') {
    const limit = tightest(machine, chain, 'processes', 'processes', 'pids.max', 'pids.current', (folder) =>
      counted(machine, folder, 'pids.events', 'max'),
    );
    return limit === undefined ? [] : [limit];
  }
  return chain.slice(0, 1).flatMap((source) => {
    const [quota, period] = [
      number(machine, `${source}/cpu.cfs_quota_us`),
      number(machine, `${source}/cpu.cfs_period_us`),
    ];
    const value = quota !== undefined && period !== undefined && quota > 0 ? quota / period : undefined;
    return [cpu(machine, source, value)];
  });
}

function cpuV2(chain: readonly string[], machine: Machine): Limit[] {
  return chain.slice(0, 1).flatMap((source) => {
    const [quota, period] = (readText(machine, `${source}/cpu.max`) ?? '').trim().split(' ').map(Number);
    const text = readText(machine, `${source}/cpu.stat`);
    // In a mixed v1 and v2 tree, the controller is in the v1 tree and this file is empty.
    if (text === undefined || !text.includes('nr_periods')) return [];
    return [cpu(machine, source, quota && period ? quota / period : undefined)];
  });
}

/** In CPUs; `hits` of `periods` were throttled. */
function cpu(machine: Machine, source: string, value: number | undefined): Limit {
  const hits = counted(machine, source, 'cpu.stat', 'nr_throttled');
  const periods = counted(machine, source, 'cpu.stat', 'nr_periods');
  return {
    name: 'cpu',
    source,
    unit: 'cpus',
    ...(value !== undefined && { value }),
    ...(hits !== undefined && { hits }),
    ...(periods !== undefined && { periods }),
  };
}

/** The folders of the cgroup and its ancestors; a container may see only the root of the tree. */
function foldersUp(root: string, path: string, machine: Machine): string[] {
  const folders: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const folder = at === '/' ? root : `${root}${at}`;
    if (machine.exists(folder)) folders.push(folder);
    if (at === '/' || at === '.') return folders;
  }
}

/** The smallest limit along the chain, or the innermost cgroup if none is limited. */
function tightest(
  machine: Machine,
  chain: readonly string[],
  name: string,
  unit: string,
  limitFile: string,
  usedFile: string,
  hitsOf?: (folder: string) => number | undefined,
): Limit | undefined {
  const levels = chain.flatMap((source) => {
    const text = readText(machine, `${source}/${limitFile}`)?.trim();
    return text === undefined ? [] : [{ source, value: asLimit(text) }];
  });
  const limited = levels.filter(({ value }) => value !== undefined);
  const found = limited.sort((a, b) => a.value! - b.value!)[0] ?? levels[0];
  if (found === undefined) return undefined;
  const used = number(machine, `${found.source}/${usedFile}`);
  const hits = hitsOf?.(found.source);
  return {
    name,
    source: found.source,
    unit,
    ...(found.value !== undefined && { value: found.value }),
    ...(used !== undefined && { used }),
    ...(hits !== undefined && { hits }),
  };
}

/** `max`, or in v1 a number near 2^63, means unlimited. */
function asLimit(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value < 2 ** 60 ? value : undefined;
}

function number(machine: Machine, path: string): number | undefined {
  const text = readText(machine, path)?.trim();
  return text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
}

function counted(machine: Machine, folder: string, file: string, key: string): number | undefined {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(readText(machine, `${folder}/${file}`) ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Soft limits of this process, which its steps inherit (getrlimit(2)). */
function processLimits(machine: Machine): Limit[] {
  const text = readText(machine, '/proc/self/limits') ?? '';
  const rows = [
    ['open-files', 'Max open files', 'files'],
    ['user-processes', 'Max processes', 'processes'],
    ['file-size', 'Max file size', 'bytes'],
  ] as const;
  return rows.flatMap(([name, label, unit]) => {
    const value = new RegExp(`^${label} +(\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) return [];
    const limit = { name, source: '/proc/self/limits', unit };
    return [value === 'unlimited' ? limit : { ...limit, value: Number(value) }];
  });
}

function systemLimits(machine: Machine): Limit[] {
  const [used, , value] = (readText(machine, '/proc/sys/fs/file-nr') ?? '').trim().split(/\s+/).map(Number);
  if (used === undefined || value === undefined) return [];
  const limit = { name: 'open-files-system', source: '/proc/sys/fs/file-nr', unit: 'files', used };
  return [value < 2 ** 60 ? { ...limit, value } : limit];
}
