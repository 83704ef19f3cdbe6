import { join } from 'node:path';
import { prepareFolder } from '../../journal/journal-folder.ts';
import type { OpenedDocument } from '../document/opened-document.ts';
import type { OperationContext } from '../operation.ts';
import { writePage } from './write-page.ts';

/** Writes the page next to the journal and opens it; where that fails, says where it is. */
export async function openPage(
  context: OperationContext,
  flags: { readonly file: string; readonly on?: string | undefined },
  { folder }: Pick<OpenedDocument, 'folder'>,
): Promise<void> {
  await prepareFolder(folder);
  const path = join(folder, '.runbook', 'page.html');
  await writePage(context, flags, { path, mode: 0o600 });
  if (await context.world.openFile?.(path)) return;
  const message = `The page could not be opened: no xdg-open (Linux) or open (macOS) was found. It is in ${path}.`;
  const remedy = 'Open that file in a browser.';
  context.emit({
    type: 'diagnostic',
    diagnostic: { code: 'page-not-opened', severity: 'warning', message, remedy },
  });
}
