import type { ProbeOf } from '../../probes/probe-kind.ts';
import type { Machine } from '../machine.ts';
import type { Listener } from '../ports/listener.ts';
import { type PortClaim, portClaims } from '../ports/port-claims.ts';
import { listeners, listeningSockets, whyUnseen } from '../ports/ports.ts';
import { NAT, PROCESSES, SOCKETS } from '../remote/fragments.ts';
import { type Answers, answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Reads from the kernel which process listens on a port, and which NAT rules capture it. Opens no connection. */
export const probePort: EvaluateProbe<'port'> = async (probe, _context, machine) => {
  const { port, protocol, expect } = probe;
  const name = `${protocol} port ${port}`;
  switch (expect.kind) {
    case 'free':
      return judgeFree(probe, machine, answers(`${name} free`));
    case 'taken':
      return judgeTaken(probe, machine, answers(`a listener on ${name}`));
    case 'owner':
      return judgeOwner(probe, machine, expect.owner, answers(`${expect.owner} on ${name}`));
  }
};

/** Everything that uses the port, and why there may be more. */
interface Claimants {
  readonly listeners: readonly Listener[];
  readonly claims: readonly PortClaim[];
  /** Why listeners cannot be read. */
  readonly blind?: string;
  /** Why NAT rules cannot be read. */
  readonly hidden?: string;
}

async function claimants({ port, protocol }: ProbeOf<'port'>, machine: Machine): Promise<Claimants> {
  const isUnbound =
    machine.hasProc &&
    !listeningSockets(machine).some((each) => each.port === port && each.protocol === protocol);
  const [sockets, nat] = await Promise.all([
    isUnbound ? { listeners: [] } : listeners(machine),
    portClaims(machine),
  ]);
  const mine = sockets.listeners.filter((each) => each.port === port && each.protocol === protocol);
  const claims = nat.claims.filter(
    (each) => each.protocol === protocol && each.from <= port && port <= each.to,
  );
  const blind = !machine.hasProc && 'unavailable' in sockets ? sockets.unavailable : undefined;
  return {
    listeners: mine,
    claims,
    ...(blind !== undefined && { blind }),
    ...(nat.unavailable !== undefined && { hidden: nat.unavailable }),
  };
}

/**
 * A port that a NAT rule captures is not free, although it could be bound. NAT rules that cannot be read do not prevent
 * binding, so they are ignored.
 */
async function judgeFree(probe: ProbeOf<'port'>, machine: Machine, say: Answers) {
  const found = await claimants(probe, machine);
  const seen = describe(found);
  if (seen !== '') return say.fail('taken', seen);
  if (found.blind) return say.unknown('permission', found.blind);
  return say.pass('free', `nothing listens on ${probe.protocol} port ${probe.port}`);
}

async function judgeTaken(probe: ProbeOf<'port'>, machine: Machine, say: Answers) {
  const found = await claimants(probe, machine);
  const seen = describe(found);
  if (seen !== '') return say.pass('taken', seen);
  if (found.blind) return say.unknown('permission', found.blind);
  return say.fail('free', `nothing listens on ${probe.protocol} port ${probe.port}`);
}

async function judgeOwner(probe: ProbeOf<'port'>, machine: Machine, owner: string, say: Answers) {
  const found = await claimants(probe, machine);
  const seen = describe(found);
  const known = [...found.listeners, ...found.claims].some((each) => hasName(each, owner));
  if (known) return say.pass('owner', seen);
  // A process that cannot be seen might be the expected owner.
  if (found.listeners.some(({ pid }) => pid === undefined))
    return say.unknown('permission', `${seen}; ${whyUnseen(machine)}`);
  const unread = found.blind ?? found.hidden;
  if (unread) return say.unknown('permission', seen === '' ? unread : `${seen}; ${unread}`);
  if (seen === '') return say.fail('free', `nothing listens on ${probe.protocol} port ${probe.port}`);
  return say.fail('other-owner', seen);
}

function hasName(claimant: Listener | PortClaim, owner: string): boolean {
  const wanted = owner.replace(/\.service$/, '');
  if (claimant.names.includes(wanted) || ('unit' in claimant && claimant.unit === wanted)) return true;
  // A path or several words: a part of the command line, which tells two processes of one program apart.
  const isCommand = /[\s/]/.test(owner);
  return isCommand && 'command' in claimant && (claimant.command?.includes(owner) ?? false);
}

/** `nginx (pid 812) on 0.0.0.0:80 and [::]:80, CNI-HOSTPORT-DNAT (traefik) to 10.42.0.8:80` */
function describe({ listeners: sockets, claims }: Claimants): string {
  const byOwner = new Map<string, string[]>();
  for (const each of sockets) {
    const owner = each.pid === undefined ? 'an unseen process' : `${each.process} (pid ${each.pid})`;
    const host = each.address.includes(':') ? `[${each.address}]` : each.address;
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), `${host}:${each.port}`]);
  }
  const listening = [...byOwner].map(([owner, addresses]) => `${owner} on ${addresses.join(' and ')}`);
  const captured = claims.map(({ chain, names, target }) => {
    const others = names.filter((name) => name !== chain).join(', ');
    return `rule ${chain}${others && ` (${others})`}${target ? ` to ${target}` : ''}`;
  });
  return [...listening, ...new Set(captured)].join(', ');
}

export const portEvaluation: ProbeEvaluation<'port'> = {
  evaluate: probePort,
  fragments: () => [PROCESSES, SOCKETS, NAT],
};
