/** A listening socket (for UDP: bound and not connected) and one program that holds it. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** As bound: `0.0.0.0`, `::`, `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** Absent, like `process`, if the owner cannot be seen. The first of several processes with the same name. */
  readonly pid?: number;
  readonly process?: string;
  /** All its names, for comparison. */
  readonly names: readonly string[];
  /** Its command line, for comparing only: it may hold secrets. Absent where the owner cannot be seen. */
  readonly command?: string;
  /** systemd service, without `.service`. */
  readonly unit?: string;
}

/** The listeners of the box, and why some of them or their owners may be missing. */
export interface Listeners {
  readonly listeners: readonly Listener[];
  readonly unavailable?: string;
}
