import { readDocument } from './document.ts';

/**
 * The steps of a document, for completion: read and parsed, without opening a box. @throws RunbookError as readDocument
 */
export async function stepIds(
  cwd: string,
  file: string,
): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const { runbook } = await readDocument(cwd, file);
  return runbook.steps.filter((step) => step.kind === 'step').map(({ id, title }) => ({ id, title }));
}
