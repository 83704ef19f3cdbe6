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

/** In a person's words. */
export function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

/**
 * Bytes put together from chunks, up to a limit. They lie in one piece that doubles as it grows, so that many tiny chunks
 * cost no more than few large ones.
 */
export class BoundedBytes {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Adds a chunk, which must not change afterwards. false: it would be too much, and was left out. */
  add(chunk: Buffer): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#most) return false;
    if (this.#length === 0) this.#bytes = chunk;
    else {
      if (length > this.#bytes.length) this.#grow(length);
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  /** Where these bytes begin; -1: nowhere. */
  indexOf(bytes: Buffer): number {
    return this.#bytes.subarray(0, this.#length).indexOf(bytes);
  }

  /** What there is, which is then no longer here. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.max(length, Math.min(2 * this.#length, this.#most)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
