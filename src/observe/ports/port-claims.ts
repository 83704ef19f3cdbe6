import { localMachine } from '../local-machine.ts';
import { type Machine, namesIn, readText } from '../machine.ts';

/** A kernel rule that captures a port of this box without listening on it: NAT, container ports and host ports. */
export interface PortClaim {
  readonly protocol: 'tcp' | 'udp';
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  /** The chain that contains the rule: `CNI-HOSTPORT-DNAT`, `DOCKER`. */
  readonly chain: string;
  /** Where the traffic goes, such as `10.42.0.8:80`, if the rule names it. */
  readonly target?: string;
  /** Known chain, container, pod and service names, the most specific first. */
  readonly names: readonly string[];
}

/** The claims found, and why there may be more. */
export interface PortClaims {
  readonly claims: readonly PortClaim[];
  readonly unavailable?: string;
}

/** The ports that NAT rules capture, as reported by iptables and nftables. */
export async function portClaims(machine: Machine = localMachine): Promise<PortClaims> {
  if (!kernelDoesNat(machine)) return { claims: [] };
  const [iptables, nft] = await Promise.all([
    machine.tool('iptables-save', ['-t', 'nat']),
    machine.tool('nft', ['list', 'ruleset']),
  ]);
  const rules = [
    ...(iptables.kind === 'exit' ? parseIptables(iptables.stdout, new Set(machine.system().addresses)) : []),
    ...(nft.kind === 'exit' ? parseNft(nft.stdout) : []),
  ];
  const claims = rules.map((claim) => ({
    ...claim,
    names: [...containerNames(claim, machine), ...claim.names],
  }));
  const refused = [iptables, nft].some(
    (answer) => answer.kind === 'failed' || (answer.kind === 'exit' && answer.code !== 0),
  );
  return refused ? { claims, unavailable: 'the NAT rules can be read only by root' } : { claims };
}

/** Decided from world-readable files, so that a box without NAT needs no tool and no permission. */
function kernelDoesNat(machine: Machine): boolean {
  if (!machine.exists('/proc/sys/net/netfilter')) return false;
  const modules = readText(machine, '/proc/modules') ?? '';
  // A module's third field counts its users: here the NAT tables and chains.
  const modular = /^nf_conntrack /m.test(modules);
  return !modular || /^(?:ip6?table_nat|nft_chain_nat) \d+ [1-9]/m.test(modules);
}

/** Claims in the output of iptables-save. `own`: addresses of this box, to skip what is forwarded for others. */
export function parseIptables(text: string, own: ReadonlySet<string>): PortClaim[] {
  return text.split('\n').flatMap((line) => {
    const rule = ruleOf(line);
    if (!rule || !claimsPort(rule)) return [];
    const destination = rule.options.get('-d')?.replace(/\/(?:32|128)$/, '');
    if (destination && !own.has(destination)) return [];
    const ports = rule.options.get('--dports') ?? rule.options.get('--dport') ?? '';
    const target = rule.options.get('--to-destination');
    const names = [...namesInComment(rule.options.get('--comment') ?? ''), rule.chain];
    const protocol = rule.options.get('-p') === 'udp' ? 'udp' : 'tcp';
    return portRanges(ports).map((range) => ({
      protocol,
      ...range,
      chain: rule.chain,
      names,
      ...(target && { target }),
    }));
  });
}

/** Claims in the output of `nft list ruleset`, for boxes whose container engine writes nftables directly. */
export function parseNft(text: string): PortClaim[] {
  let chain = '';
  return text.split('\n').flatMap((line) => {
    chain = /^\s*chain (\S+) \{/.exec(line)?.[1] ?? chain;
    const match =
      /\b(tcp|udp) dport (\d+(?:-\d+)?|\{[^}]*\}).*\b(?:dnat|redirect)\b(?: (?:ip6? )?to (\S+))?/.exec(line);
    if (!match) return [];
    const comment = /comment "([^"]*)"/.exec(line)?.[1] ?? '';
    const names = [...namesInComment(comment), chain];
    const found = {
      protocol: match[1] as 'tcp' | 'udp',
      chain,
      names,
      ...(match[3] && { target: match[3] }),
    };
    return portRanges(match[2]!.replace(/[{}\s]/g, '')).map((range) => ({ ...found, ...range }));
  });
}

interface Rule {
  readonly chain: string;
  readonly options: ReadonlyMap<string, string>;
}

function ruleOf(line: string): Rule | undefined {
  const words = line.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  if (words[0] !== '-A' || !words[1]) return undefined;
  const options = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    // A negated option (`! -d …`) restricts nothing relevant.
    if (word.startsWith('-') && words[index - 1] !== '!') options.set(word, unquoted(words[index + 1] ?? ''));
  }
  return { chain: words[1], options };
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}

/** Host ports of CNI, netavark and Docker, node ports and load balancers of kube-proxy, and manual DNAT. */
function claimsPort({ chain, options }: Rule): boolean {
  if (!options.has('--dport') && !options.has('--dports')) return false;
  const jumpTarget = options.get('-j') ?? '';
  if (jumpTarget === 'DNAT' || jumpTarget === 'REDIRECT') return true;
  if (/-HOSTPORT-DNAT$|^KUBE-NODEPORTS$/.test(chain)) return true;
  return chain === 'KUBE-SERVICES' && /(?:loadbalancer|external) IP$/.test(options.get('--comment') ?? '');
}

function portRanges(text: string): { from: number; to: number }[] {
  return text.split(',').flatMap((part) => {
    const [from, to] = part.split(/[:-]/).map(Number);
    return from ? [{ from, to: to ?? from }] : [];
  });
}

/** kube-proxy writes `namespace/service:port kind`, CNI and netavark `dnat name: "net" id: "container id"`. */
function namesInComment(comment: string): string[] {
  const service = /^([\w.-]+)\/([\w.-]+)(?::\S+)?(?: .*)?$/.exec(comment);
  if (service) return [service[2]!, `${service[1]}/${service[2]}`];
  const id = /\bid: "?([0-9a-f]{12,64})"?/.exec(comment)?.[1];
  return id ? [id] : [];
}

/** Names of the container that a claim forwards to, from the engine's own files; root only, best effort. */
function containerNames({ names, target }: PortClaim, machine: Machine): string[] {
  const id = names.find((name) => /^[0-9a-f]{12,64}$/.test(name));
  const found = id ? [...podmanNames(id, machine), ...podNames(id, machine)] : [];
  const address = target?.replace(/:[\d-]+$/, '');
  return found.length === 0 && address ? dockerNames(address, machine) : found;
}

function podmanNames(id: string, machine: Machine): string[] {
  const containers = readJson(machine, '/var/lib/containers/storage/overlay-containers/containers.json');
  if (!Array.isArray(containers)) return [];
  const container = containers.find((each: { id?: string }) => each.id?.startsWith(id)) as
    | { names?: string[] }
    | undefined;
  return container?.names ?? [];
}

/**
 * CNI plugins store each result with the pod's name; k3s runs a pod `svclb-SERVICE-…` for a service of type
 * LoadBalancer.
 */
function podNames(id: string, machine: Machine): string[] {
  const folder = '/var/lib/cni/results';
  const file = namesIn(machine, folder).find((name) => name.includes(id));
  const { cniArgs } = (file ? readJson(machine, `${folder}/${file}`) : {}) as {
    cniArgs?: [string, string][];
  };
  const pod = cniArgs?.find(([key]) => key === 'K8S_POD_NAME')?.[1];
  const service = pod && /^svclb-(.+)-[0-9a-f]{8}-[0-9a-z]{5}$/.exec(pod)?.[1];
  return [service, pod].filter((name) => name !== undefined && name !== '') as string[];
}

function dockerNames(address: string, machine: Machine): string[] {
  const folder = '/var/lib/docker/containers';
  return namesIn(machine, folder).flatMap((id) => {
    const config = readJson(machine, `${folder}/${id}/config.v2.json`) as {
      Name?: string;
      NetworkSettings?: { Networks?: Record<string, { IPAddress?: string }> };
    };
    const networks = Object.values(config.NetworkSettings?.Networks ?? {});
    const matches = networks.some((network) => network.IPAddress === address);
    return matches && config.Name ? [config.Name.replace(/^\//, '')] : [];
  });
}

function readJson(machine: Machine, path: string): object {
  try {
    const tree = JSON.parse(readText(machine, path) ?? '{}') as unknown;
    return typeof tree === 'object' && tree ? tree : {};
  } catch {
    return {};
  }
}
