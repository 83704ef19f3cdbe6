import type { ExportedFile, Loss } from './exporter.ts';

/** The losses as a file of the output; no file without losses. */
export function lossesText(losses: readonly Loss[]): readonly ExportedFile[] {
  if (losses.length === 0) return [];
  const rows = losses.map(({ place, what, reason }) => `- ${place.file}:${place.line}: ${what}: ${reason}.`);
  const text = `# Not exported\n\nThe format cannot say these parts of the document.\n\n${rows.join('\n')}\n`;
  return [{ path: 'NOT-EXPORTED.md', text }];
}
