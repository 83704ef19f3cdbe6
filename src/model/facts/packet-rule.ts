/** A rule of this box's packet filter that stops connections to a port. */
export interface PacketRule {
  /** `ev-…`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly port: number;
  readonly verdict: 'reject' | 'drop';
  /** The rule as the tool prints it, with its table and chain. */
  readonly rule: string;
  readonly tool: 'nftables' | 'iptables';
}
