import type { FactOf, Facts } from '../../model/facts/snapshot.ts';
import type { FailureContext } from './failure-context.ts';
import { isLoopback, ownAddress } from './network.ts';
import type { Match, Rule } from './rule.ts';

type Listener = FactOf<'listeners'>;

/** A failed check that names a host and a port. */
export interface DialedCheck {
  readonly host: string;
  readonly port: number;
  readonly class: string;
  readonly observed: string;
  readonly check: string;
  readonly evidence: string;
}

/** The failed checks that connect to something. */
export function dialedChecks({ input, checkEvidence }: FailureContext): DialedCheck[] {
  return input.checks.flatMap(({ check, verdict, class: kind, observed }, index) => {
    const found =
      /(?:^|\s)(?:tcp\s+|(?<scheme>https?):\/\/)(?:[^\s/@]{1,100}@)?(?<host>\[[^\]\s]{1,60}\]|[\w.-]{1,200})(?::(?<port>\d{1,5}))?/.exec(
        check,
      );
    if (verdict !== 'fail' || !found?.groups) return [];
    const { scheme, host = '', port } = found.groups;
    const dialed = Number(port ?? (scheme === 'https' ? 443 : 80));
    return [{ host, port: dialed, class: kind, observed, check, evidence: checkEvidence(index) }];
  });
}

/** An HTTP check got an answer, but another one than it wants: who answers, and what. */
export const httpAnswer: Rule = {
  code: 'http-answer',
  cause: 'config',
  find: (context) =>
    dialedChecks(context).flatMap((dialed): Match[] => {
      const { class: kind, host, port, evidence, observed, check } = dialed;
      const status = /^http-(\d{3})$/.exec(kind)?.[1];
      const lacksText = kind === 'no-match' && /^HTTP \d/.test(observed);
      if ((status === undefined && !lacksText) || status === '401' || status === '407') return [];
      const server = serverOf(context, dialed);
      const request = /\b(GET|HEAD|POST|PUT)\s+https?:\/\/[^/\s]+(\/\S*)?/.exec(check);
      const asked = request ? ` to ${request[1]} ${request[2] ?? '/'}` : '';
      const wanted = /(?:contains|matches) (".{1,80}?"|\S{1,80})/.exec(check)?.[1];
      const what = lacksText
        ? `${/^HTTP \d+/.exec(observed)![0]}${asked} without the text${wanted ? ` ${wanted}` : ''}`
        : `${/^HTTP \d+(?:, to \S+)?/.exec(observed)?.[0] ?? `HTTP ${status}`}${asked}, ${/wanted \S+/.exec(observed)?.[0] ?? ''}`.replace(
            /, $/,
            '',
          );
      return [
        {
          title: `${server.name} answers ${what}${server.since}.`,
          remedy: server.isOlder
            ? 'It was started before this step: reload or restart it if the step changed its configuration. Otherwise read its log.'
            : 'Read the log of that server, and compare the path, the host name and the port with its configuration.',
          subject: `${host}:${port} ${status ?? 'text'}`,
          evidence: [evidence, ...server.evidence],
          weight: 'consequence',
        },
      ];
    }),
};

/** Who answers a check: the owner of the port on this box, else the host. */
export function serverOf(
  context: FailureContext,
  { host, port }: DialedCheck,
): { name: string; since: string; isOlder: boolean; evidence: string[] } {
  const listener = isHere(context, host) ? listenersAt(context.facts, port)[0] : undefined;
  const where = `${host}:${port}`;
  if (listener?.owner === undefined) return { name: where, since: '', isOlder: false, evidence: [] };
  const isOlder = listenersAt(context.input.before?.facts ?? {}, port).some(
    ({ pid }) => pid !== undefined && pid === listener.pid,
  );
  return {
    name: `${listener.owner}${listener.pid === undefined ? '' : ` (pid ${listener.pid})`} on ${where}`,
    since: isOlder ? '; it was started before this step' : '',
    isOlder,
    evidence: [listener.id],
  };
}

/**
 * A check of this box was refused: what listens instead. The program listens on another address of the port, on another
 * port, or is still starting.
 */
export const listensOnOtherAddress: Rule = {
  code: 'listens-elsewhere',
  cause: 'config',
  find: (context) =>
    dialedChecks(context).flatMap((dialed): Match[] => {
      if (dialed.class !== 'refused' || !isHere(context, dialed.host)) return [];
      const same = listenersAt(context.facts, dialed.port).filter(({ via }) => via === 'socket');
      if (same.length > 0) return [];
      const started = newListeners(context)[0];
      if (started !== undefined) return [onAnotherPort(dialed, started)];
      return [];
    }),
};

function onAnotherPort({ host, port, evidence }: DialedCheck, started: Listener): Match {
  const who = `${started.owner ?? 'a process'}${started.pid === undefined ? '' : ` (pid ${started.pid})`}`;
  return {
    title: `Nothing listens on ${host}:${port}: this step started ${who}, which listens on ${bracketed(started.address)}:${started.port}.`,
    remedy: `Configure the program for port ${port}, or check port ${started.port}. The step may set the port in a place that the program does not read.`,
    subject: `port ${port}`,
    evidence: [evidence, started.id],
    weight: 'inferred',
  };
}

/** TCP listeners that were not there before the step. */
function newListeners({ facts, input }: FailureContext): Listener[] {
  const before = input.before?.facts.listeners;
  if (before === undefined) return [];
  const known = new Set(before.map(({ port, address, pid }) => `${address}:${port} ${pid ?? ''}`));
  return (facts.listeners ?? []).filter(
    ({ port, address, pid, protocol, via }) =>
      via === 'socket' && protocol === 'tcp' && !known.has(`${address}:${port} ${pid ?? ''}`),
  );
}

/** A rule of the packet filter of this box rejects or drops what goes to the port. */
export const packetsFiltered: Rule = {
  code: 'packets-filtered',
  cause: 'network',
  find: ({ input }) =>
    (input.packetRules ?? []).map(({ id, port, verdict, rule, tool }) => ({
      title: `A rule of this box's own packet filter (${tool}) ${verdict}s connections to port ${port}: ${rule}`,
      remedy: `Remove that rule, or allow port ${port} before it (${tool === 'nftables' ? 'nft list ruleset' : 'iptables -L -n'}).`,
      subject: `port ${port}`,
      evidence: [id],
      weight: 'direct' as const,
    })),
};

/** Whether the host of a check is this box: loopback, or an address of its own. */
export function isHere(context: FailureContext, host: string): boolean {
  return isLoopback(host) || ownAddress(context, host);
}

function listenersAt({ listeners = [] }: Facts, port: number): Listener[] {
  return listeners.filter((each) => each.port === port && each.protocol === 'tcp');
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
