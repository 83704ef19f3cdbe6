import { replaceFile } from '../../base/disk/replace-file.ts';
import type { OperationContext } from '../operation.ts';
import { pageInput } from './page-input.ts';

/** Renders the page of a document and writes it. Returns its size in bytes. */
export async function writePage(
  context: OperationContext,
  flags: { readonly file: string; readonly on?: string | undefined },
  { path, mode }: { readonly path: string; readonly mode: number },
): Promise<number> {
  const { renderPage } = await import('../../page/render-page.ts');
  const html = renderPage(await pageInput(context, flags));
  await replaceFile(path, html, { mode });
  return Buffer.byteLength(html);
}
