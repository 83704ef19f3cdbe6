import type { DocumentText } from '../../markdown/source.ts';
import type { Runbook } from '../../model/runbook.ts';

/** A document as read: decoded text, parsed meaning, and real path. */
export interface OpenedDocument {
  readonly source: DocumentText;
  readonly runbook: Runbook;
  /** Path as the person gave it. */
  readonly file: string;
  /** Symlinks followed. */
  readonly path: string;
  /** Where relative paths start. */
  readonly folder: string;
  /** For a site: the documents that source and runbook are merged from. */
  readonly site?: SiteLayers;
}

/** The two documents that the document of a site is merged from. Each is written back on its own. */
export interface SiteLayers {
  readonly base: OpenedDocument;
  readonly own: OpenedDocument;
}

/** The documents that a document is merged from, nearest first: of a site its own, then those of its base. */
export function layersOf(document: OpenedDocument): readonly OpenedDocument[] {
  const { site } = document;
  return site ? [site.own, ...layersOf(site.base)] : [document];
}
