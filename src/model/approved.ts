/**
 * A piece of a document, such as a fence, that is part of what a person approved. Boxes run nothing else of a document.
 * The class is nominal: no literal, copy or spread has its type. Only `operations/approval/approved-closure` may make
 * one (.dependency-cruiser.cjs), and it makes one only for a part that it holds.
 */
export class Approved<out T> {
  readonly #value: T;

  private constructor(value: T) {
    this.#value = value;
  }

  static make<T>(value: T): Approved<T> {
    return new Approved(value);
  }

  get value(): T {
    return this.#value;
  }
}
