/**
 * What another process may make this one keep, in bytes. Whoever sends more is broken or hostile, and is cut off: memory
 * belongs to the person, not to the far side.
 */
export const MOST_KEPT = {
  /**
   * Of one thing that a shell says of itself. The largest is a list of exports: 6 MiB at most where any program is to be
   * started with them (execve(2)), and quoted they are longer.
   */
  record: 16 * 1024 * 1024,
  /** Of a keeper's reply: the greeting carries such a list too. */
  reply: 16 * 1024 * 1024,
  /** Of what start-up files say ahead of a greeting; they say it to nobody. */
  talk: 64 * 1024,
  /** Of the output of a program that the engine runs for itself. What it reads that way is a few MiB at most. */
  output: 64 * 1024 * 1024,
} as const;
