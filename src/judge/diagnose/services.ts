import type { FactOf } from '../../model/facts/snapshot.ts';
import { hostIn, stepHost } from './access.ts';
import type { FailureContext } from './failure-context.ts';
import { isLoopback, ownAddress } from './network.ts';
import { type Rule, textRule } from './rule.ts';

/** A client reports that the server is not running. */
export const serviceNotStarted: Rule = textRule({
  code: 'service-not-started',
  cause: 'dependency',
  general: true,
  patterns: [
    /Cannot connect to the (?<name>Docker) daemon|failed to connect to the (?<engine>docker) API|Is the (?<daemon>docker|containerd|podman) daemon running/i,
    /connection to server on socket "(?<socket>[^"]{1,200})" failed: (?:No such file|Connection refused)/,
    /Can't connect to local (?:MySQL|MariaDB) server through socket '(?<socket>[^']{1,200})'/,
    /(?:connect|dial) (?:to )?unix:?\/{0,2}:? ?(?<socket>\/[\w./-]{1,200}): (?:connect: )?(?:no such file or directory|connection refused)/,
    /connect(?: to)? (?:ENOENT|ECONNREFUSED) (?<socket>\/\S{1,200})/,
    /Unit (?<unit>\S{1,100}?)(?:\.service)? is not active|(?<!\S)(?<unit2>\S{1,60}) is not running(?:\.|$| \.\.\. failed)/,
  ],
  describe: ({ groups, line }, { facts }) => {
    const name = (
      groups.name ??
      groups.engine ??
      groups.daemon ??
      groups.unit ??
      groups.unit2
    )?.toLowerCase();
    const subject = name ?? groups.socket ?? 'service';
    const known = (facts.services ?? []).find(
      (each) => each.name === name || each.name.startsWith(`${name}@`),
    );
    return {
      title: `${name ?? socketServer(groups.socket ?? '', line)} is not running${known === undefined ? '' : ` (${known.state})`}.`,
      remedy: `Start ${name ?? 'it'}, and check that the client connects to the right place. If it does not keep running, read its log.`,
      subject,
      evidence: known === undefined ? [] : [known.id],
    };
  },
});

function socketServer(socket: string, line: string): string {
  return /No such file|ENOENT/i.test(line)
    ? `The socket ${socket} does not exist: its server`
    : `The server behind ${socket}`;
}

/** The service does not exist here. */
export const serviceUnknown: Rule = textRule({
  code: 'service-unknown',
  cause: 'config',
  patterns: [
    /Unit (?:file )?(?<name>\S{1,100}?)(?:\.service)? (?:could not be found|not found|does not exist)/,
    /(?<![\w@.-])(?<name>[\w@.-]{1,100}): unrecognized service/,
    /Failed to (?:start|restart|reload|enable|get unit file state).{0,100}?(?<name>[\w@.-]{1,100}?)(?:\.service)?: (?:Unit .{1,80} not found|No such file)/,
    /service: no such service (?<name>\S{1,100})/,
  ],
  describe: ({ groups: { name = '' } }) => ({
    title: `The service ${name} does not exist on this box.`,
    remedy: `Check its name and that its package is installed. A new unit file needs \`systemctl daemon-reload\`.`,
    subject: name,
  }),
});

/** PID 1 is not systemd, as in most containers. */
export const noSystemd: Rule = textRule({
  code: 'no-systemd',
  cause: 'platform',
  patterns: [
    /System has not been booted with systemd as init system|Failed to connect to bus: (?:Host is down|No such file)|"systemd" is not running in this container/,
  ],
  describe: () => ({
    title: 'This box does not run systemd, so systemctl cannot start anything.',
    remedy: 'Start the service with `service NAME start`, or with its own command as a background step.',
    subject: 'systemd',
  }),
});

/** systemd only says that it failed; the reason is in its log. */
export const serviceFailed: Rule = textRule({
  code: 'service-failed',
  cause: 'other',
  patterns: [
    /Job for (?<name>\S{1,100}?)(?:\.service)? failed because/,
    /(?<![\w@-])(?<name>[\w@-]{1,100})\.service: (?:Failed with result|Main process exited, code=exited, status=[1-9])/,
    /Failed to start (?<name>[\w@-]{1,60})\.service/,
    /(?:Starting|Restarting|Stopping) .{0,80}?: (?<name>[\w-]{1,60}) failed!/,
  ],
  describe: ({ groups: { name = '' } }, { facts }) => {
    const known = facts.services?.find((each) => each.name === name);
    return {
      title: `The service ${name} does not start${known?.detail === undefined ? '' : `: ${known.detail}`}.`,
      remedy: `Read the reason with \`journalctl -u ${name} -n 50\`, or in its log below /var/log.`,
      subject: name,
      evidence: known === undefined ? [] : [known.id],
      weight: 'consequence',
    };
  },
});

/** No message says so, but a service of the step is down. */
export const serviceDown: Rule = {
  code: 'service-not-started',
  cause: 'dependency',
  find: (context) => {
    const checked = context.input.checks
      .filter(({ verdict }) => verdict === 'fail')
      .flatMap(({ check }) => /^service\s+["']?([\w@.-]+)/.exec(check)?.[1] ?? []);
    return (context.facts.services ?? [])
      .filter(({ name, state }) => state === 'failed' || (state === 'inactive' && checked.includes(name)))
      .filter(({ name }) => checked.includes(name) || context.names(name))
      .map(({ id, name, state, detail }) => ({
        title: `The service ${name} is ${state}${detail === undefined ? '' : `: ${detail}`}.`,
        remedy: `Start ${name}. If it does not keep running, read its log.`,
        subject: name,
        evidence: [id],
        weight: 'inferred' as const,
      }));
  },
};

/** The program listens only on loopback. */
export const loopbackOnly: Rule = {
  code: 'loopback-only',
  cause: 'config',
  find: (context) => [...refusedFromOutside(context), ...refusedOnOwnAddress(context)],
};

/** Rows of the connection matrix: open on loopback, refused on another address of the same box. */
function refusedFromOutside({ input, facts }: FailureContext) {
  const rows = input.matrix ?? [];
  const open = new Set(
    rows.filter(({ result, host }) => result === 'open' && isLoopback(host)).map(({ port }) => port),
  );
  const shut = rows.filter(
    ({ result, host, port }) => result === 'refused' && !isLoopback(host) && open.has(port),
  );
  return shut.flatMap(({ port }) => {
    const listener = facts.listeners?.find(
      (each) => each.port === port && isLoopback(each.address) && !isWild(each.address),
    );
    return listener === undefined ? [] : [loopbackReport(port, listener.owner, [listener.id])];
  });
}

/** A check of an address of this box was refused, and the only listener is on loopback. */
function refusedOnOwnAddress(context: FailureContext) {
  return context.input.checks.flatMap(({ check, verdict, class: kind }, index) => {
    if (verdict !== 'fail' || kind !== 'refused') return [];
    const [, host, port] = /(?:tcp\s+|:\/\/)(\[[^\]]+\]|[\w.-]+):(\d{1,5})/.exec(check) ?? [];
    if (host === undefined || !(isLoopback(host) || ownAddress(context, host))) return [];
    const listeners = (context.facts.listeners ?? []).filter((each) => each.port === Number(port));
    if (listeners.length === 0 || listeners.some(({ address }) => reaches(address, host))) return [];
    const ids = [context.checkEvidence(index), ...listeners.map(({ id }) => id)];
    return [otherAddressReport(Number(port), host, listeners[0]!, ids)];
  });
}

/** Whether a socket with this address accepts connections to the host. A wild IPv4 socket does not accept IPv6. */
function reaches(address: string, host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost') return isWild(address) || isLoopback(address);
  if (address === '0.0.0.0') return !bare.includes(':');
  return isWild(address) || address === bare;
}

function otherAddressReport(
  port: number,
  host: string,
  { owner, pid, address }: FactOf<'listeners'>,
  evidence: readonly string[],
) {
  const at = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    title: `${owner ?? 'The program'}${pid === undefined ? '' : ` (pid ${pid})`} listens on ${at} only${isLoopback(address) && !isLoopback(host) ? ' (loopback)' : ''}, not on ${host}.`,
    remedy: `Let it listen on ${host}, on 0.0.0.0 or on [::], or connect to ${at}.`,
    subject: `port ${port}`,
    evidence,
    weight: 'direct' as const,
  };
}

/** Whether it listens on every address. */
function isWild(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '*';
}

function loopbackReport(port: number, owner: string | undefined, evidence: readonly string[]) {
  return {
    title: `${owner ?? 'The program'} listens on port ${port} of loopback only, so it cannot be reached from outside this box.`,
    remedy: 'Let it listen on 0.0.0.0 or on the requested address if it should be reachable from outside.',
    subject: `port ${port}`,
    evidence,
    weight: 'direct' as const,
  };
}

/** Open from this box, no answer from outside: a firewall or security group. */
export const blockedFromOutside: Rule = {
  code: 'blocked-from-outside',
  cause: 'network',
  find: ({ input: { matrix = [] }, rowEvidence }) => {
    const ports = new Map<number, number>();
    for (const [index, { vantage, result, port }] of matrix.entries()) {
      if (vantage === 'box' && result === 'open') ports.set(port, index);
    }
    return matrix.flatMap(({ vantage, result, host, port }, index) => {
      const inside = ports.get(port);
      if (vantage === 'box' || result !== 'timeout' || inside === undefined) return [];
      return [
        {
          title: `${host}:${port} answers on the box itself, but packets from ${vantage} are dropped.`,
          remedy: `Allow port ${port} in the security group or firewall of the box (ufw status, nft list ruleset).`,
          subject: `port ${port}`,
          evidence: [rowEvidence(inside), rowEvidence(index)],
          weight: 'direct' as const,
        },
      ];
    });
  },
};

/** The server runs, but answers with an error. */
export const serverError: Rule = textRule({
  code: 'server-error',
  cause: 'dependency',
  general: true,
  patterns: [
    /(?:returned error:|HTTP(?:\/[\d.]{1,3})?|status(?: ?code)?|awaiting response\.\.\.)\W{1,4}(?<status>50[0234])\b/i,
    /\b(?<status>50[0234]) (?:Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)/i,
  ],
  describe: (hit, context) => {
    const status = hit.groups.status ?? '5xx';
    const host = context.near(hit, 4).flatMap((line) => hostIn(line) ?? [])[0];
    const gateway = status === '502' || status === '504';
    return {
      title: `${host ?? 'The server'} answers ${status}: ${gateway ? 'it cannot reach the service behind it' : 'it runs, but cannot serve this request'}.`,
      remedy: gateway
        ? 'Check that the service behind the proxy runs, and on that port.'
        : 'Read the log of that server.',
      subject: `HTTP ${status}`,
      weight: 'consequence',
    };
  },
});

/** 404. */
export const notFound: Rule = textRule({
  code: 'http-not-found',
  cause: 'config',
  general: true,
  patterns: [
    /(?:returned error:|HTTP(?:\/[\d.]{1,3})?|status(?: ?code)?|awaiting response\.\.\.)\W{1,4}(?<status>404|410)\b|\bmanifest(?: for (?<image>\S{1,200}))?.{0,60}(?:unknown|not found)|ERROR 404: Not Found/i,
  ],
  describe: (hit, context) => {
    const image = hit.groups.image;
    const url = context
      .near(hit, 3)
      .flatMap((line) => /\bhttps?:\/\/[^\s'"<>|]{1,300}/.exec(line)?.[0] ?? [])[0];
    const what = image ?? url ?? stepHost(context);
    return {
      title: `${image ?? url ?? 'The requested resource'} does not exist: the server${url || what === undefined || image ? '' : ` ${what}`} has no such page, file or image${hit.groups.status === undefined ? '' : ` (${hit.groups.status})`}.`,
      remedy: 'Check path, name, tag and version.',
      ...(what !== undefined && { subject: what }),
      ...(url !== undefined && isLoopback(hostOf(url)) && { weight: 'consequence' as const }),
    };
  },
});

function hostOf(url: string): string {
  return (hostIn(url) ?? '').replace(/:\d+$/, '');
}
