import { dirname, join, resolve } from 'node:path';
import { parseRunbook } from '../../markdown/parse.ts';
import { mergeSite } from '../../markdown/site/merge-site.ts';
import { type DocumentText, sourceOf } from '../../markdown/source.ts';
import { type Diagnostic, EXIT, RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { Runbook } from '../../model/runbook.ts';
import type { OpenedDocument, SiteLayers } from './opened-document.ts';

/** Reads another document by the path as shown; throws as `readDocument`. */
export type ReadBase = (folder: string, file: string, above: readonly string[]) => Promise<OpenedDocument>;

/**
 * The document of a site: its base with the site's differences. Every verb works on it as on any document. Its paths start at the
 * folder of the base, and its journal is in that folder, under the site's own name.
 * @throws RunbookError 65 if the base is missing, is not a runbook, or leads back to the site
 */
export async function readSite(
  own: OpenedDocument,
  read: ReadBase,
  above: readonly string[],
): Promise<OpenedDocument> {
  const { base: written } = own.runbook.frontMatter.site!;
  const base = await readBase(own, written, read, [...above, own.path]);
  const layers = { base, own };
  return { ...own, ...mergeLayers(layers), folder: base.folder, site: layers };
}

/** The merged text of a site, or the site alone with what keeps it from being merged. */
export function mergeLayers({ base, own }: SiteLayers): { source: DocumentText; runbook: Runbook } {
  const errors = base.runbook.diagnostics.filter(({ severity }) => severity === 'error');
  const merged = errors.length > 0 ? { diagnostics: errors } : mergeSite(base, own);
  if ('diagnostics' in merged)
    return { source: own.source, runbook: { ...own.runbook, diagnostics: merged.diagnostics } };
  return { source: merged.source, runbook: parseRunbook(merged.source) };
}

/** One of the two documents with another text: what a verb would then see. */
export function withLayerText(
  layers: SiteLayers,
  layer: keyof SiteLayers,
  text: string,
): { source: DocumentText; runbook: Runbook } {
  const source = sourceOf(text, layers[layer].file);
  return mergeLayers({ ...layers, [layer]: { ...layers[layer], source, runbook: parseRunbook(source) } });
}

async function readBase(
  own: OpenedDocument,
  written: string,
  read: ReadBase,
  above: readonly string[],
): Promise<OpenedDocument> {
  const path = resolve(dirname(own.path), written);
  const file = join(dirname(own.file), written);
  try {
    const base = await read(dirname(own.path), written, above);
    if (above.includes(base.path))
      throw refused(own, 'base-circle', 'The base of a site must not lead back to the site.');
    if (base.runbook.kind === 'runbook') return base;
    throw refused(own, 'base-not-a-runbook', `The base of a site must be a runbook. ${file} is not one.`);
  } catch (error) {
    if (!(error instanceof RunbookError) || error.exit !== EXIT.usage) throw error;
    const message = `The base of a site must exist and be readable. ${file} is not (${path}).`;
    throw refused(own, 'base-missing', message, error.diagnostics[0]);
  }
}

function refused(own: OpenedDocument, code: string, message: string, cause?: Diagnostic): RunbookError {
  const at = Math.max(0, own.source.text.search(/^["']?base["']?\s*:/m));
  return runbookError(
    {
      ...{ code, message, remedy: 'Correct `base`, which is a path from the folder of the site.' },
      place: own.source.placeAt(at),
      ...(cause ? { cause: cause.message } : {}),
    },
    EXIT.document,
  );
}
