import { localMachine } from '../local-machine.ts';
import type { Machine } from '../machine.ts';

/** A rule of this box that drops or rejects packets to a port. */
export interface DropRule {
  readonly port: number;
  readonly rule: string;
}

/** Rules of nftables and iptables that drop or reject packets to single ports; empty where they cannot be read. */
export async function dropRules(machine: Machine = localMachine): Promise<readonly DropRule[]> {
  const answers = await Promise.all([
    machine.tool('nft', ['list', 'ruleset']),
    machine.tool('iptables-save', []),
  ]);
  const lines = answers.flatMap((answer) => (answer.kind === 'exit' ? answer.stdout.split('\n') : []));
  return lines.filter((line) => /\b(?:drop|reject|DROP|REJECT)\b/.test(line)).flatMap(rulesIn);
}

/** `tcp dport 8080 drop`, `tcp dport { 80, 443 } drop`, `--dport 8080 -j DROP`. */
function rulesIn(line: string): DropRule[] {
  const ports = /\b-?-?dports? (\{[^}]*\}|[\d,]+)/.exec(line)?.[1]?.match(/\d+/g) ?? [];
  return ports.map((port) => ({ port: Number(port), rule: line.trim() }));
}
