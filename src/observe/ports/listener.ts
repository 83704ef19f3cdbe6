/** A listening socket (for UDP: one that is bound and not connected) and one program that holds it. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** As bound: `0.0.0.0`, `::`, `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** Absent with `process` where the owner cannot be seen. Of several processes of one name, the first. */
  readonly pid?: number;
  readonly process?: string;
  /** Every name it goes by, for comparing. */
  readonly names: readonly string[];
  /** systemd service, without `.service`. */
  readonly unit?: string;
}

/** The listeners of the box, and why some of them, or their owners, may be absent. */
export interface Listeners {
  readonly listeners: readonly Listener[];
  readonly unavailable?: string;
}
