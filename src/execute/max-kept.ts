/**
 * Limits, in bytes, on what another process can make this one hold in memory. A process that sends more is broken or
 * hostile and is disconnected.
 */
export const MAX_KEPT = {
  /**
   * One record from a shell. The largest is a list of exports: at most 6 MiB, or no program could be started
   * (execve(2)), and longer when quoted.
   */
  record: 16 * 1024 * 1024,
  /** One reply from the watchdog. The greeting carries such a list too. */
  reply: 16 * 1024 * 1024,
  /** What start-up files print before the greeting. It is discarded. */
  talk: 64 * 1024,
} as const;
