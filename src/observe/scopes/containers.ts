import { type Machine, readText } from '../machine.ts';
import type { Observer, Sources, Unnumbered } from './observer.ts';

type Container = Unnumbered<'containers'>;

/** Whether this box is a container, by the files that engines leave, and which container engines it can use. */
export const observeContainers: Observer<'containers'> = async (sources) => ({
  facts: [...inside(sources), ...engines(sources)],
});

function inside({ env, machine }: Sources): Container[] {
  const marks: [engine: string, detail: string | undefined][] = [
    ['docker', machine.exists('/.dockerenv') ? '/.dockerenv' : undefined],
    ['podman', machine.exists('/run/.containerenv') ? '/run/.containerenv' : undefined],
    ['kubernetes', env.KUBERNETES_SERVICE_HOST === undefined ? undefined : 'KUBERNETES_SERVICE_HOST is set'],
    // systemd's container interface: the manager writes the engine's name here.
    [
      readText(machine, '/run/systemd/container')?.trim() || 'container',
      machine.exists('/run/systemd/container') ? '/run/systemd/container' : undefined,
    ],
    ['container', inCgroup(machine) ? '/proc/1/cgroup' : undefined],
  ];
  const found = marks.find(([, detail]) => detail !== undefined);
  return found?.[1] === undefined ? [] : [{ role: 'inside', engine: found[0], detail: found[1] }];
}

function inCgroup(machine: Machine): boolean {
  return /\/(?:docker|kubepods|lxc|libpod|containerd)[/.-]/.test(readText(machine, '/proc/1/cgroup') ?? '');
}

function engines({ env, machine }: Sources): Container[] {
  const runtime = env.XDG_RUNTIME_DIR;
  const sockets: [engine: string, path: string][] = [
    ['docker', '/var/run/docker.sock'],
    ['podman', '/run/podman/podman.sock'],
    ...(runtime === undefined ? [] : ([['podman', `${runtime}/podman/podman.sock`]] as [string, string][])),
    ['containerd', '/run/containerd/containerd.sock'],
    ['k3s', '/run/k3s/containerd/containerd.sock'],
  ];
  const programs: [engine: string, path: string][] = [['podman', '/usr/bin/podman']];
  const there = [...sockets, ...programs].filter(([, path]) => machine.exists(path));
  const first = there.filter(([engine], index) => there.findIndex(([other]) => other === engine) === index);
  return first.map(([engine, detail]) => ({ role: 'engine', engine, detail }));
}
