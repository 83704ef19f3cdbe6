import type { PacketRule } from '../../model/facts/packet-rule.ts';
import { evidenceStem } from '../evidence-stem.ts';
import { runTool } from '../tool.ts';

/** The rules of this box's packet filter that reject or drop connections to these ports. Empty without permission. */
export async function packetRules(ports: readonly number[]): Promise<PacketRule[]> {
  if (ports.length === 0) return [];
  const [nft, iptables] = await Promise.all([
    runTool('nft', ['list', 'ruleset']),
    runTool('iptables-save', ['-t', 'filter']),
  ]);
  const found = [
    ...(nft.kind === 'exit' ? parseNftFilter(nft.stdout) : []),
    ...(iptables.kind === 'exit' ? parseIptablesFilter(iptables.stdout) : []),
  ];
  const now = new Date();
  return ports.flatMap((port) => {
    const rule = found.find(({ ports: named }) => named.includes(port));
    if (rule === undefined) return [];
    const id = `ev-${evidenceStem(now)}-r`;
    const { verdict, text, tool } = rule;
    return [{ id, at: now.toISOString(), port, verdict, rule: text, tool }];
  });
}

interface FilterRule {
  readonly ports: readonly number[];
  readonly verdict: PacketRule['verdict'];
  readonly text: string;
  readonly tool: PacketRule['tool'];
}

/** Pure. */
export function parseNftFilter(text: string): FilterRule[] {
  let table = '';
  let chain = '';
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    table = /^table (\S+ \S+)/.exec(line)?.[1] ?? table;
    chain = /^chain (\S+)/.exec(line)?.[1] ?? chain;
    const ports = /\bdport (?:\{ ?([^}]+?) ?\}|(\S+))/.exec(line);
    const verdict = /\b(reject|drop)\b/.exec(line)?.[1];
    if (!ports || !verdict) return [];
    const shown = `table ${table}, chain ${chain}: ${line}`;
    return [ruleOf(ports[1] ?? ports[2]!, verdict, shown, 'nftables')];
  });
}

/** Pure. */
export function parseIptablesFilter(text: string): FilterRule[] {
  return text.split('\n').flatMap((line) => {
    const ports = /^-A .*--dports? (\S+)/.exec(line)?.[1];
    const verdict = / -j (REJECT|DROP)\b/.exec(line)?.[1];
    return ports && verdict ? [ruleOf(ports, verdict, line, 'iptables')] : [];
  });
}

function ruleOf(ports: string, verdict: string, text: string, tool: FilterRule['tool']): FilterRule {
  const numbers = ports.split(',').flatMap((each) => {
    const [from = Number.NaN, to = from] = each.trim().split(/[-:]/).map(Number);
    return to - from < 1000
      ? Array.from({ length: to - from + 1 }, (_, offset) => from + offset)
      : [from, to];
  });
  return { ports: numbers, verdict: verdict.toLowerCase() === 'drop' ? 'drop' : 'reject', text, tool };
}
