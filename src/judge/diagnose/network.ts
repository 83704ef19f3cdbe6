import type { FactOf } from '../../model/facts/snapshot.ts';
import { hostIn } from './access.ts';
import { errorScore } from './error-output/error-words.ts';
import type { FailureContext, Hit } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';

/** The resolver has no address for a name: a typo, no network, or no DNS server. */
export const nameNotResolved: Rule = textRule({
  code: 'name-not-resolved',
  cause: 'network',
  patterns: [
    /could not resolve (?:(?:host(?:name)?|proxy):? ?['"‘]?|['"‘])(?<host>[\w.-]{1,253})/i,
    /(?:temporary failure resolving|couldn't resolve host(?: name)?|unable to resolve host(?: address)?|failed to resolve address for|could not translate host name) ['"‘]?(?<host>[\w.-]{1,253})/i,
    /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]{1,253})|\b(?:ENOTFOUND|EAI_AGAIN)\b/,
    /lookup (?<host>[\w.-]{1,253})(?: on [\w.:[\]]{1,60})?: (?:read udp .{0,80}: |no such host|server misbehaving|i\/o timeout|Temporary failure)/,
    /host not found in (?:upstream|resolver) "(?<host>[\w.-]{1,253})/,
    /(?:ssh|scp|rsync|ping|wget|mysql|nc): .{0,60}?['"‘]?(?<host>[\w.-]{2,253})['"’]?: (?:Name or service not known|Temporary failure in name resolution|Name does not resolve|No address associated)/i,
    /(?:wget|nc|ping|telnet|ping6): bad address ['"‘](?<host>[\w.-]{1,253})/,
    /(?:Could not resolve hostname|unknown host|UnknownHostException:?) (?<host>[\w.-]{1,253})/i,
    /(?:the name cannot be resolved|no name server answers|name or service not known|temporary failure in name resolution|nodename nor servname|name resolution failed|Name does not resolve|no address associated with hostname)/i,
  ],
  describe: (hit, context) => {
    const nearby = context.near(hit, 8).flatMap((line) => hostIn(line) ?? [])[0];
    const host = hit.groups.host ?? nearby?.replace(/:\d+$/, '') ?? nameIn(context.input.step?.text ?? '');
    // sudo only warns that the box cannot resolve its own name, and continues.
    if (/^sudo: unable to resolve host/.test(hit.line)) return { ...ownName(host), weight: 'consequence' };
    return {
      title: `The name ${host ?? 'of the host'} does not resolve to an address.`,
      remedy: `Check the spelling of ${host ?? 'the name'}. If it is correct, check that this box has a network and a DNS server that answers (/etc/resolv.conf).`,
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The only host name that a step quotes. */
function nameIn(text: string): string | undefined {
  const quoted = text.matchAll(
    /["'@/=\s](?<name>(?:[\w-]{1,60}\.){1,6}(?:com|net|org|io|dev|example|internal|local|lan))\b/g,
  );
  const names = new Set([...quoted].map(({ groups }) => groups!.name!));
  return names.size === 1 ? [...names][0] : undefined;
}

/** The host answered that nothing listens on the port, or a firewall rejects. Waiting alone does not help. */
export const connectionRefused: Rule = textRule({
  code: 'connection-refused',
  cause: 'dependency',
  patterns: [
    /->(?<host>\[?[\w.:-]{1,100}?\]?):(?<port>\d{1,5}): (?:read|write|connect): connection refused/,
    /\bECONNREFUSED (?<host>\[?[\w.:-]{1,100}?\]?):(?<port>\d{1,5})\b/,
    /dial tcp (?<host>\[?[\w.:-]{1,100}?\]?):(?<port>\d{1,5}): (?:connect: )?connection refused/,
    /server at "(?<host>[\w.:-]{1,100})".{0,40}port (?<port>\d{1,5}) failed: Connection refused/,
    /connect to (?:host )?(?<host>[\w.:-]{1,100})(?: \([\d.:a-f]{1,40}\))? port:? (?<port>\d{1,5}).{0,40}(?:connection refused|couldn't connect)/i,
    /(?:Connecting to|connect to|connection to|connect to \w{1,20} at|\/dev\/tcp\/)\s?(?:[\w.-]{1,200} ?[([|]{1,2})?(?<host>[\w.-]{1,100}?)[)\]|]{0,2}[:/](?<port>\d{1,5})\b.{0,40}refused/i,
    /connect\(\) failed \(111: .{0,20}refused\).{0,300}upstream: "\w{1,10}:\/\/(?<host>[\w.-]{1,100}):(?<port>\d{1,5})/,
    /(?:The connection to the server|Connection to) (?<host>[\w.-]{1,100}):(?<port>\d{1,5}) (?:was )?refused/,
    /connection refused|ECONNREFUSED|actively refused|context deadline exceeded/i,
  ],
  describe: (hit, context) => {
    if (/context deadline exceeded/.test(hit.line)) {
      const { host, port } = dialedNear(hit, context);
      return isUnheard(host, port, context) ? refused(host, port, context) : undefined;
    }
    const { host, port } = hit.groups.port ? hit.groups : target(context.near(hit, 8));
    if (/^The connection to the server localhost:8080/.test(hit.line)) return undefined;
    if (port !== undefined && host !== undefined && isCurl(hit.line) && !isLoopback(host)) return undefined;
    const report = refused(host, port === undefined ? undefined : Number(port), context);
    // A client's complaint on the output is a consequence. In a program's own log it is why that program failed.
    const isCheck = hit.weight === 'consequence' || (hit.where === undefined && CLIENT.test(hit.line));
    const here = host !== undefined && (isLoopback(host) || ownAddress(context, host));
    if (report.title.includes(', the proxy that ')) return report;
    return isCheck && here ? { ...report, weight: 'consequence' } : report;
  },
});

/** Clients that a step calls to test a server. */
const CLIENT = /^(?:curl: |wget: |nc: |.{0,60}\/dev\/tcp\/)/;

/** curl prints "Couldn't connect" for both refused and unreachable. Only for loopback the cause is certain. */
export const notConnected: Rule = textRule({
  code: 'not-connected',
  cause: 'network',
  patterns: [/Failed to connect to (?<host>[\w.:-]{1,100}) port (?<port>\d{1,5}).{0,60}Couldn't connect/],
  describe: ({ groups: { host = '', port = '' } }) =>
    isLoopback(host)
      ? undefined
      : {
          title: `The connection to ${host}:${port} failed. curl does not say whether it was refused or unreachable.`,
          remedy: `Test the connection to ${host}:${port} with a connection matrix. A refused connection means that nothing listens, a timeout means that packets are dropped, and "no route" means that the network is missing.`,
          subject: `${host}:${port}`,
        },
});

/** kubectl without a kubeconfig connects to localhost:8080, where nothing listens. */
export const kubeconfigMissing: Rule = textRule({
  code: 'kubeconfig-missing',
  cause: 'config',
  patterns: [
    /The connection to the server localhost:8080 was refused|http:\/\/localhost:8080\/(?:api|version).{0,60}refused/,
  ],
  describe: (_hit, { facts }) => {
    const known = facts.kubernetes?.find((each) => each.kind === 'context');
    return {
      title: 'kubectl has no kubeconfig, so it connects to localhost:8080.',
      remedy: `Set KUBECONFIG${known === undefined ? ' to the kubeconfig of the cluster (k3s: /etc/rancher/k3s/k3s.yaml)' : ` to ${known.kubeconfig}`}.`,
      subject: 'KUBECONFIG',
      evidence: known === undefined ? [] : [known.id],
    };
  },
});

/** No answer: packets are dropped, or the host is down. */
export const connectionTimeout: Rule = textRule({
  code: 'connection-timeout',
  cause: 'network',
  patterns: [
    /\bETIMEDOUT(?: (?<host>[\w.:-]{1,100}):(?<port>\d{1,5}))?/,
    /dial tcp (?<host>[\w.:[\]-]{1,100}):(?<port>\d{1,5}): (?:connect: connection timed out|i\/o timeout)/,
    /connect to (?:host )?(?<host>[\w.:-]{1,100}) port (?<port>\d{1,5}).{0,40}timed out/i,
    /(?:Connecting to|connect(?:ion)? to) (?<host>[\w.-]{1,100}):(?<port>\d{1,5}).{0,60}timed out/i,
    /curl: \(28\) (?:Connection timed out|Failed to connect)/,
    /connect timed out|connection timed out|no answer within \d+ s|connection timeout|ConnectTimeoutError|UND_ERR_CONNECT_TIMEOUT/i,
  ],
  describe: (hit, context) => {
    if (/while (?:reading|sending)|read timed out/i.test(hit.line)) return undefined;
    const { host, port } = hit.groups.host ? hit.groups : target(context.near(hit, 6));
    const where = host === undefined ? 'The host' : `${host}${port === undefined ? '' : `:${port}`}`;
    return {
      title: `${where} did not answer: packets are dropped, or the host is down.`,
      remedy:
        'A firewall or security group that drops packets is the usual cause. First compare a connection from this box with one from outside.',
      ...(host !== undefined && { subject: where }),
    };
  },
});

/** The connection was made, but the answer did not arrive in time. */
export const answerTimeout: Rule = textRule({
  code: 'answer-timeout',
  cause: 'timing',
  patterns: [
    /read timed out|ReadTimeout|operation timed out after \d+ milliseconds|(?:Client\.Timeout|request canceled).{0,40}(?:awaiting headers|reading body)|upstream timed out.{0,60}while reading|ESOCKETTIMEDOUT|context deadline exceeded/i,
  ],
  describe: (hit, context) => {
    if (/context deadline exceeded/.test(hit.line)) return outOfTime(dialedNear(hit, context), context);
    const { host } = target(context.near(hit, 3));
    return {
      title: `${host ?? 'The service'} accepted the connection, but did not answer in time.`,
      remedy: 'Find out what it is doing (log, CPU, locks, its dependencies) before you raise a timeout.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The address that a client in Go names near its complaint that its time was up. */
function dialedNear(hit: Hit, context: FailureContext): { host?: string; port?: number } {
  const near = context.near(hit, 3).join('\n');
  const [, host, port] = /\b((?:\d{1,3}\.){3}\d{1,3}|localhost):(\d{2,5})\b/.exec(near) ?? [];
  return host === undefined ? {} : { host, port: Number(port) };
}

/** Such a client says the same where it never had a connection. */
function outOfTime({ host, port }: { host?: string; port?: number }, context: FailureContext) {
  if (isUnheard(host, port, context)) return undefined;
  const where = host === undefined ? 'The server' : `${host}:${port}`;
  return {
    title: `${where} did not answer within the time limit of the client.`,
    remedy:
      'Check that it runs, that the address is right and that nothing drops the packets, before you raise a timeout.',
    ...(host !== undefined && { subject: where }),
  };
}

/** Whether nothing listens at an address of this box. */
function isUnheard(host: string | undefined, port: number | undefined, context: FailureContext): boolean {
  const here = host !== undefined && (isLoopback(host) || ownAddress(context, host));
  return here && context.facts.listeners?.some((each) => each.port === port) === false;
}

/** EHOSTUNREACH, ENETUNREACH. */
export const noRoute: Rule = textRule({
  code: 'no-route',
  cause: 'network',
  patterns: [
    /no route to (?:the )?(?:host|network)|network is unreachable|EHOSTUNREACH|ENETUNREACH|network unreachable|host is unreachable|destination host unreachable/i,
  ],
  describe: (hit, context) => {
    const { host } = target(context.near(hit, 4));
    return {
      title: `This box has no route to ${host ?? 'the host'}.`,
      remedy:
        'Check the addresses and the default route of this box (ip addr, ip route). For an IPv6 address, check that the box has IPv6.',
      ...(host !== undefined && { subject: host }),
    };
  },
});

/** The remote host, or something in between, closed the connection. */
export const connectionReset: Rule = textRule({
  code: 'connection-reset',
  cause: 'network',
  patterns: [
    /connection reset by peer|ECONNRESET|socket hang up|connection was reset|empty reply from server|unexpected EOF while reading|kex_exchange_identification/i,
  ],
  describe: (hit, context) => {
    const { host } = target(context.near(hit, 4));
    return {
      title: `${host ?? 'The remote host'} closed the connection unexpectedly.`,
      remedy: 'Read the log of the service on that host. If it happened only once, try again.',
      ...(host !== undefined && { subject: host }),
      weight: othersSpeak(hit, context) ? 'consequence' : hit.weight === 'direct' ? 'logged' : hit.weight,
    };
  },
});

/** The other side said why before it closed the connection. */
function othersSpeak({ index }: Hit, { lines }: FailureContext): boolean {
  return lines
    .slice(Math.max(0, index - 4), index)
    .some(({ text, from }) => from === 'output' && errorScore(text) >= 8 && !/reset|closed/i.test(text));
}

function refused(host: string | undefined, port: number | undefined, context: FailureContext) {
  const where = host === undefined ? 'the host' : `${host}${port === undefined ? '' : `:${port}`}`;
  const here = host !== undefined && (isLoopback(host) || ownAddress(context, host));
  const down = downService(context);
  const evidence = down === undefined ? [] : [down.id];
  const proxy = port === undefined ? undefined : proxyVariable(context, port);
  if (proxy !== undefined)
    return {
      title: `Nothing listens on ${where}, the proxy that ${proxy} names.`,
      remedy: `Start the proxy, or unset ${proxy} (or add the host to no_proxy).`,
      subject: where,
      evidence,
    };
  const title = here
    ? `Nothing listens on ${where}${down === undefined ? '' : `; the service ${down.name} is ${down.state}`}.`
    : `${where} refused the connection: the host is up, but nothing listens there, or a firewall rejects it.`;
  const remedy = here
    ? `Start the service for ${port === undefined ? 'it' : `port ${port}`}${down === undefined ? '' : `, such as ${down.name}`}. If it does not keep running, read its log.`
    : 'Check the port, and that the service runs and listens on more than loopback.';
  return { title, remedy, ...(host !== undefined && { subject: where }), evidence };
}

/** The variable of the step that names a proxy at this port. */
function proxyVariable({ input }: FailureContext, port: number): string | undefined {
  const pattern = /\b(?<name>(?:https?|all|ftp)_proxy)=["']?(?:\w+:\/\/)?[^\s:"']{1,200}:(?<port>\d{1,5})/gi;
  const named = [...(input.step?.text ?? '').matchAll(pattern)];
  return named.find(({ groups }) => Number(groups!.port) === port)?.groups?.name;
}

/** A service that is down and that the step mentions. */
function downService(context: FailureContext): FactOf<'services'> | undefined {
  const down = (context.facts.services ?? []).filter(
    ({ state }) => state === 'failed' || state === 'inactive',
  );
  return down.find(({ name }) => context.names(name) || context.names(`${name}.service`));
}

export function ownAddress({ facts }: FailureContext, host: string): boolean {
  return facts.system?.[0]?.addresses.includes(host) ?? false;
}

function ownName(host: string | undefined) {
  return {
    title: `This box cannot resolve its own host name${host === undefined ? '' : ` ${host}`}.`,
    remedy: 'Add the name to /etc/hosts, next to 127.0.1.1.',
    ...(host !== undefined && { subject: host }),
  };
}

function isCurl(line: string): boolean {
  return /Couldn't connect to server/.test(line);
}

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0|\[?::\]?)$/.test(host);
}

/** The host and port in the lines, nearest line first. */
function target(lines: readonly string[]): { host?: string; port?: string } {
  for (const line of lines) {
    const url = hostIn(line);
    const [, host, port] =
      /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(url ?? '') ??
      /(?:^|[\s("'])((?:\d{1,3}\.){3}\d{1,3}|[\w-]{1,60}(?:\.[\w-]{1,60}){1,6}|localhost):(\d{1,5})\b/.exec(
        line,
      ) ??
      [];
    if (host !== undefined) return { host, ...(port !== undefined && { port }) };
  }
  return {};
}
