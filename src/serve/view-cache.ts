/** Rendered pages that are kept. */
const MAX_PAGES = 64;

/**
 * Rendered pages until something changes. Many open pages ask for the same page at the same moment: it is rendered once, and they
 * all wait for that.
 */
export class ViewCache {
  readonly #pages = new Map<string, Promise<string | undefined>>();

  clear(): void {
    this.#pages.clear();
  }

  async get(key: string, render: () => Promise<string | undefined>): Promise<string | undefined> {
    const known = this.#pages.get(key);
    if (known) return await known;
    const rendering = render();
    this.#pages.set(key, rendering);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    // An error is not kept.
    rendering.catch(() => this.#pages.get(key) === rendering && this.#pages.delete(key));
    return await rendering;
  }
}
