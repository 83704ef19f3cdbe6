import { localMachine } from '../local-machine.ts';
import { type Machine, namesIn, readText } from '../machine.ts';
import { processIds, seesEveryProcess } from '../proc.ts';
import { displayName, processNames, readProcess, unitOf } from '../processes.ts';
import type { Listener, Listeners } from './listener.ts';
import { listenersByLsof } from './lsof.ts';

/** Every listening socket, one entry per program that holds it, by ascending port. */
export async function listeners(machine: Machine = localMachine): Promise<Listeners> {
  if (!machine.hasProc) return listenersByLsof(machine);
  const sockets = listeningSockets(machine);
  const found = withOwners(sockets, machine);
  const unseen = found.some(({ pid }) => pid === undefined);
  return unseen ? { listeners: found, unavailable: whyUnseen(machine) } : { listeners: found };
}

/** A listening socket as the kernel lists it. */
export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** The listening sockets of this network namespace, without owners. Takes microseconds. Linux only. */
export function listeningSockets(machine: Machine): Socket[] {
  const sockets = (['tcp', 'tcp6', 'udp', 'udp6'] as const).flatMap((table) =>
    parseSocketTable(readText(machine, `/proc/net/${table}`) ?? '', table.startsWith('tcp') ? 'tcp' : 'udp'),
  );
  return sockets.sort((a, b) => a.port - b.port);
}

/** Each socket with the programs that hold it. */
function withOwners(sockets: readonly Socket[], machine: Machine): Listener[] {
  const holders = socketHolders(new Set(sockets.map(({ inode }) => inode)), machine);
  return sockets.flatMap((socket): Listener[] => {
    const { inode, ...bound } = socket;
    const owners = holders.get(inode);
    return owners ? owners.map((owner) => ({ ...bound, ...owner })) : [{ ...bound, names: [] }];
  });
}

/** Why an owner may not be visible. */
export function whyUnseen(machine: Machine): string {
  return machine.asRoot && seesEveryProcess(machine)
    ? 'some sockets belong to no visible process (another pid namespace, or the kernel)'
    : "the owners of other users' sockets can be seen only by root";
}

/** Lines of /proc/net/tcp and its siblings (proc(5), Documentation/networking/proc_net_tcp.rst). */
export function parseSocketTable(text: string, protocol: 'tcp' | 'udp'): Socket[] {
  // 0A is TCP_LISTEN. UDP sockets do not listen; an unconnected one is 07 (TCP_CLOSE).
  const listening = protocol === 'tcp' ? '0A' : '07';
  return text.split('\n').flatMap((line) => {
    const [, local = '', remote, state, , , , , , inode] = line.trim().split(/\s+/);
    const bound = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
    if (!bound || !inode || state !== listening || !remote?.endsWith(':0000')) return [];
    return [{ protocol, address: decodeAddress(bound[1]!), port: Number.parseInt(bound[2]!, 16), inode }];
  });
}

/** Addresses are 32-bit words in the host's byte order, which is little-endian wherever Node runs today. */
function decodeAddress(hex: string): string {
  const ordered = hex.replace(/(..)(..)(..)(..)/g, '$4$3$2$1');
  // IPv4, and IPv4 mapped into IPv6 (RFC 4291, section 2.5.5.2).
  const four = /^(?:0{20}FFFF)?([0-9A-F]{8})$/.exec(ordered)?.[1];
  if (four) return four.replace(/../g, (byte) => `.${Number.parseInt(byte, 16)}`).slice(1);
  // The URL parser shortens IPv6 addresses as RFC 5952 requires.
  const groups = ordered.replace(/(.{4})(?!$)/g, '$1:');
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

type Owner = Pick<Listener, 'pid' | 'process' | 'names' | 'command' | 'unit'>;

/**
 * Maps socket inodes to the programs that hold them, by walking /proc/PID/fd. One entry per name, with the lowest pid.
 */
function socketHolders(wanted: ReadonlySet<string>, machine: Machine): Map<string, Owner[]> {
  const holders = new Map<string, Owner[]>();
  if (wanted.size === 0) return holders;
  for (const pid of processIds(machine)) {
    const held = socketsOf(pid, wanted, machine);
    const owner = held.size > 0 ? ownerOf(pid, machine) : undefined;
    if (!owner) continue;
    for (const inode of held) {
      const known = holders.get(inode) ?? [];
      if (!known.some((each) => each.process === owner.process)) holders.set(inode, [...known, owner]);
    }
  }
  return holders;
}

function socketsOf(pid: number, wanted: ReadonlySet<string>, machine: Machine): Set<string> {
  const held = new Set<string>();
  for (const fd of namesIn(machine, `/proc/${pid}/fd`)) {
    const link = machine.link(`/proc/${pid}/fd/${fd}`);
    if (link.kind !== 'read' || !link.value.startsWith('socket:[')) continue;
    const inode = link.value.slice('socket:['.length, -1);
    if (wanted.has(inode)) held.add(inode);
  }
  return held;
}

function ownerOf(pid: number, machine: Machine): Owner | undefined {
  const running = readProcess(pid, machine);
  if (!running) return undefined;
  const unit = unitOf(pid, machine);
  return {
    pid,
    process: displayName(running),
    names: processNames(running),
    command: running.argv.join(' '),
    ...(unit && { unit }),
  };
}
