import type { FactOf } from '../../model/facts/snapshot.ts';
import type { FailureContext, Hit } from './failure-context.ts';
import { type Rule, type RuleReport, textRule } from './rule.ts';

type Listener = FactOf<'listeners'>;

const TAKEN =
  /address already in use|EADDRINUSE|port is already allocated|\bport \d{1,5}\b.{0,40}(?:already in use|is in use by another|is already being used)|only one usage of each socket address|unable to listen on any of the requested ports|cannot listen to port/i;

/** Another process holds the port or the socket file. */
export const portTaken: Rule = textRule({
  code: 'port-taken',
  cause: 'port',
  patterns: [TAKEN],
  describe: (hit, context) => {
    const port = portNear(hit, context) ?? takenWantedPort(context);
    if (port !== undefined) return takenPortReport(port, holders(context, port), context);
    const path = /(\/[\w./@-]{1,200}\.sock(?:et)?)\b/.exec(hit.line)?.[1];
    if (path !== undefined) {
      return {
        title: `The socket ${path} is already in use, or was left by a process that has ended.`,
        remedy: `Stop the process that holds ${path}. If no process holds it, remove the file.`,
        subject: path,
      };
    }
    return {
      title: 'The address that this program listens on is already in use.',
      remedy: 'Find the port in the listeners of the box, and stop or move one of the two programs.',
    };
  },
});

/** No message says so, but a port that the step uses is held by a process that the step does not name. */
export const portHeld: Rule = {
  code: 'port-taken',
  cause: 'port',
  find: (context) =>
    [
      ...failedPortChecks(context),
      ...wantedPorts(context).map((port) => ({ port, evidence: undefined })),
    ].flatMap(({ port, evidence }) => {
      const owners = holders(context, port).filter(({ owner }) => owner !== undefined);
      const others = owners.filter(({ owner }) => !context.names(owner!));
      // If a program that the step names holds the port too, that is intended.
      if (others.length === 0 || others.length < owners.length) return [];
      const report = takenPortReport(port, others, context);
      const ids = [...(evidence === undefined ? [] : [evidence]), ...(report.evidence ?? [])];
      return [{ ...report, evidence: ids, weight: evidence === undefined ? 'inferred' : 'direct' }];
    }),
};

/** A check was answered by a process that had the port before the step acted. */
export const portAnsweredByOther: Rule = {
  code: 'port-taken',
  cause: 'port',
  find: (context) =>
    context.input.checks.flatMap((check, index) => {
      const port =
        check.class === 'other-listener' && check.verdict === 'fail' ? namedPort(check.observed) : undefined;
      if (port === undefined) return [];
      const report = takenPortReport(port, holders(context, port), context);
      const evidence = [context.checkEvidence(index), ...(report.evidence ?? [])];
      return [{ ...report, evidence, weight: 'direct' as const }];
    }),
};

/** Ports below 1024 need root or CAP_NET_BIND_SERVICE (capabilities(7)). */
export const portPrivileged: Rule = textRule({
  code: 'port-privileged',
  cause: 'port',
  patterns: [
    /\bbind\b.{0,80}(?:permission denied|EACCES)/i,
    /listen EACCES|bind: permission denied|cannot expose privileged port/i,
    /(?:PermissionError|SocketException|BindException).{0,40}permission denied/i,
  ],
  describe: (hit, context) => {
    const port = portNear(hit, context) ?? wantedPorts(context).find((wanted) => wanted < 1024);
    const binds =
      /bind|listen|expose/i.test(hit.line) || context.near(hit, 6).some((line) => /\bbind\(/.test(line));
    if (!binds || (port !== undefined && port >= 1024)) return undefined;
    return {
      title: `An unprivileged user cannot listen on ${port === undefined ? 'a port below 1024' : `port ${port}`}.`,
      remedy:
        'Start it as root, give the program CAP_NET_BIND_SERVICE (AmbientCapabilities= in its unit), or use a port from 1024 up.',
      ...(port !== undefined && { subject: `port ${port}` }),
    };
  },
});

/** The address to listen on, or to connect from, does not belong to this box. */
export const addressNotHere: Rule = textRule({
  code: 'address-not-here',
  cause: 'config',
  patterns: [/cannot assign requested address|EADDRNOTAVAIL|can't assign requested address/i],
  describe: ({ line }) => {
    const address = /\b(\d{1,3}(?:\.\d{1,3}){3})\b/.exec(line)?.[1];
    return {
      title: `${address ?? 'The address to listen on'} is not an address of this box.`,
      remedy: 'Listen on 0.0.0.0, on [::] or on an address of the box.',
      ...(address !== undefined && { subject: address }),
    };
  },
});

/** A kernel rule captures the port: the program listens without an error but receives nothing (CNI portmap, docker). */
export const portCaptured: Rule = {
  code: 'port-captured',
  cause: 'port',
  find: (context) =>
    wantedPorts(context).flatMap((port) => {
      const interceptor = listenersOn(context, port).find(({ via }) => via !== 'socket');
      const listener = listenersOn(context, port).find(({ via }) => via === 'socket');
      if (interceptor === undefined || listener === undefined || interceptor.owner === listener.owner)
        return [];
      return [
        {
          title: `${listener.owner ?? 'A process'} listens on port ${port}, but ${interceptor.owner ?? 'a rule'} (${interceptor.via}) captures its traffic.`,
          remedy: `Remove what claims the host port ${port} (a host-port pod, a LoadBalancer service, a published container), or use another port.`,
          subject: `port ${port}`,
          evidence: [interceptor.id, listener.id],
          weight: 'inferred' as const,
        },
      ];
    }),
};

function takenPortReport(port: number, owners: readonly Listener[], context: FailureContext): RuleReport {
  const owner = owners.find((each) => each.owner !== undefined);
  const subject = `port ${port}`;
  const evidence = owners.map(({ id }) => id);
  if (owner?.owner === undefined) {
    return {
      title: `Port ${port} is already in use${owners.length > 0 ? ' by a process that is not visible from here' : ''}.`,
      remedy: `Find out who listens on port ${port} (observe the listeners as root), then stop it or use another port.`,
      subject,
      evidence,
    };
  }
  const who = `${owner.owner}${owner.pid === undefined ? '' : ` (pid ${owner.pid})`}`;
  const how = owner.via === 'socket' ? `on ${owner.address}` : `by ${owner.via}`;
  return {
    title: `Port ${port} is held by ${who}, ${how}.`,
    remedy: context.names(owner.owner)
      ? `${owner.owner} is already running: reload or restart it instead of starting a second instance.`
      : `Stop or remove ${owner.owner}, or move one of the two to another port.`,
    subject,
    evidence,
  };
}

/** The port in a line, else in the lines around it. */
function portNear(hit: Hit, context: FailureContext): number | undefined {
  const [own = '', ...around] = context.near(hit, 8);
  return portIn(own) ?? around.map(namedPort).find((port) => port !== undefined);
}

function portIn(line: string): number | undefined {
  const text = line.replace(/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?/g, ' ');
  const forwarded = /\[\{(\d{1,5}) \d{1,5}\}\]/.exec(text);
  const address =
    /(?:\d{1,3}(?:\.\d{1,3}){3}|\*|\[?::(?:ffff:[\d.]+)?\d?\]?|localhost|[\s("']|^):(\d{1,5})(?![\d.])/.exec(
      text,
    );
  const pair = /\('[^']{0,60}', (\d{1,5})\)/.exec(text);
  return asPort(forwarded?.[1] ?? address?.[1] ?? pair?.[1]) ?? namedPort(text);
}

function namedPort(line: string): number | undefined {
  return asPort(/\bport\b["']?\s{0,3}[:=]?\s{0,3}(\d{1,5})\b/i.exec(line)?.[1]);
}

function asPort(text: string | undefined): number | undefined {
  const port = Number(text ?? 0);
  return port > 0 && port < 65_536 ? port : undefined;
}

function listenersOn({ facts }: FailureContext, port: number): Listener[] {
  const all = (facts.listeners ?? []).filter((each) => each.port === port);
  const tcp = all.filter(({ protocol }) => protocol === 'tcp');
  return tcp.length > 0 ? tcp : all;
}

/** Ports of checks that failed, of any kind. */
function failedPorts({ input }: FailureContext): number[] {
  return input.checks
    .filter(({ verdict }) => verdict === 'fail')
    .flatMap(({ check }) => asPort(/(?:\bport\s+|:)(\d{1,5})\b/.exec(check)?.[1]) ?? []);
}

/** One listener per owner. */
function holders(context: FailureContext, port: number): Listener[] {
  const all = listenersOn(context, port);
  return all.filter((each, index) => all.findIndex(({ owner }) => owner === each.owner) === index);
}

function takenWantedPort(context: FailureContext): number | undefined {
  const earlier = context.input.before?.facts.listeners?.map(({ port }) => port) ?? [];
  const numbers = new Set(context.input.step?.text.match(/(?<![\d.])\d{2,5}(?![\d.])/g)?.map(Number) ?? []);
  const checked = failedPorts(context);
  const wanted = [...wantedPorts(context), ...checked, ...earlier.filter((port) => numbers.has(port))];
  return wanted.find((port) => listenersOn(context, port).length > 0);
}

/** Ports in the step's text: `listen 80`, `:443 {`, `--port 8080`, `-p 80:80`, a Caddyfile's site names. */
function wantedPorts({ input }: FailureContext): number[] {
  const text = input.step?.text ?? '';
  const ports = [
    ...text.matchAll(/\blisten\s{1,8}(?:[\w.*[\]:]{1,60}:)?(\d{1,5})\b/gi),
    ...text.matchAll(/(?:--?(?:http-|https-|listen-)?port|\bport)[ =:"']{1,3}(\d{1,5})\b/gi),
    ...text.matchAll(/(?:-p|--publish)[ =](?:[\d.]{7,15}:)?(\d{1,5}):\d{1,5}\b/g),
    ...text.matchAll(/(?:^|[\s"'=])(?:0\.0\.0\.0|\*|\[::\])?:(\d{1,5})\b(?!:)/gm),
  ].flatMap(([, port]) => asPort(port) ?? []);
  return [...new Set([...ports, ...sitePorts(text)])];
}

/** Caddy serves a site without a port on 443 and redirects from 80 (caddyserver.com/docs/automatic-https). */
function sitePorts(text: string): number[] {
  if (!/\b[Cc]addy/.test(text)) return [];
  return /^\s{0,8}(?:https:\/\/)?(?:[\w-]{1,60}\.){0,6}[\w-]{1,60}\s{0,8}\{\s*$/m.test(text) ? [80, 443] : [];
}

function failedPortChecks({ input, checkEvidence }: FailureContext): { port: number; evidence: string }[] {
  return input.checks.flatMap(({ check, verdict }, index) => {
    const port = asPort(/^(?:not\s+)?port\s+(\d{1,5})/.exec(check)?.[1]);
    return verdict === 'fail' && port !== undefined ? [{ port, evidence: checkEvidence(index) }] : [];
  });
}
