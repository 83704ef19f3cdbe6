/** A size in KiB or MiB, for people. */
export function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

/**
 * Bytes collected from chunks, up to a limit. The buffer doubles as it grows, so many tiny chunks cost no more than a
 * few large ones.
 */
export class BoundedBytes {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Adds a chunk. The caller must not change it afterwards. Returns false, and adds nothing, if the limit would be
   * exceeded.
   */
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

  /** Index of the first occurrence; -1 if not found. */
  indexOf(bytes: Buffer): number {
    return this.#bytes.subarray(0, this.#length).indexOf(bytes);
  }

  /** Returns all bytes and empties the buffer. */
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
