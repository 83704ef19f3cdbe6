/** Bytes of rendered pages that are kept; the oldest go first. */
const MAX_BYTES = 32 * 1024 * 1024;

interface CachedPage {
  readonly page: Promise<Buffer | undefined>;
  /** 0 until it is rendered. */
  bytes: number;
}

/**
 * Rendered pages until something changes. Many open pages ask for the same page at the same moment: it is rendered once, and all
 * connections send the same bytes.
 */
export class ViewCache {
  readonly #pages = new Map<string, CachedPage>();

  clear(): void {
    this.#pages.clear();
  }

  /** The page in the cache, or the one that `render` answers. Errors are not kept. */
  async get(key: string, render: () => Promise<string | undefined>): Promise<Buffer | undefined> {
    const known = this.#pages.get(key);
    if (known) return await known.page;
    const cached: CachedPage = {
      page: render().then((html) => (html === undefined ? undefined : Buffer.from(html))),
      bytes: 0,
    };
    this.#pages.set(key, cached);
    try {
      const page = await cached.page;
      cached.bytes = page?.length ?? 0;
      this.#limit();
      return page;
    } catch (error) {
      if (this.#pages.get(key) === cached) this.#pages.delete(key);
      throw error;
    }
  }

  #limit(): void {
    let total = [...this.#pages.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [key, { bytes }] of this.#pages) {
      if (total <= MAX_BYTES) return;
      this.#pages.delete(key);
      total -= bytes;
    }
  }
}
