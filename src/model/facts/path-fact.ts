/** What a path that a failure names really is, by lstat along the path. Never its content. */
export interface PathFact {
  /** `ev-…`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** As the failure names it. */
  readonly named: string;
  readonly path: string;
  /** Absent: it does not exist, or may not be seen. */
  readonly kind?: 'file' | 'folder' | 'other';
  /** The first part of the path that does not exist. */
  readonly missing?: string;
  /** A link on the way whose target does not exist. */
  readonly brokenLink?: { readonly path: string; readonly target: string };
  /** Owner and mode, such as `root:app 0640`. */
  readonly access?: string;
  /** It has the attribute immutable or append-only (chattr). */
  readonly attribute?: 'immutable' | 'append-only';
}
