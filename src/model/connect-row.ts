/** One attempt to connect: from where, to what, and what came of it. A row of the connect matrix. */
export interface ConnectRow {
  /** `box` for this machine; rows from outside are given by callers, under the vantage's own name. */
  readonly vantage: string;
  /** As asked: a host name or an address. */
  readonly host: string;
  readonly port: number;
  /** What the name resolved to and was tried; absent where it did not resolve. */
  readonly address?: string;
  /**
   * `open`: accepted. `refused`: the host answered, nothing listens there or a rule rejects. `timeout`: no answer, as
   * if dropped. `no-route`: network or host unreachable. `dns`: the name does not resolve. `denied`: this machine may
   * not send. `unknown`: anything else.
   */
  readonly result: 'open' | 'refused' | 'timeout' | 'no-route' | 'dns' | 'denied' | 'unknown';
  readonly ms: number;
  /** The system's own word, such as `ECONNREFUSED`. */
  readonly detail: string;
}
