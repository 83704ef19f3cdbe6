/** One connection attempt: source, target and result. A row of the connection matrix. */
export interface ConnectRow {
  /** `box` for this machine. Callers add rows from other vantage points, under their own names. */
  readonly vantage: string;
  /** As given: a host name or an address. */
  readonly host: string;
  readonly port: number;
  /** The resolved address that was tried. Absent: the name did not resolve. */
  readonly address?: string;
  /**
   * `open`: accepted. `refused`: the host answered, but nothing listens or a rule rejects. `timeout`: no answer, as if
   * dropped. `no-route`: network or host unreachable. `dns`: the name does not resolve. `denied`: this machine may not
   * send. `unknown`: anything else.
   */
  readonly result: 'open' | 'refused' | 'timeout' | 'no-route' | 'dns' | 'denied' | 'unknown';
  readonly ms: number;
  /** The system's error code, such as `ECONNREFUSED`. */
  readonly detail: string;
}
