import { listBoxes } from '../../boxes/find-box.ts';

/** The boxes that were launched here, for completion. @throws RunbookError 3 without an engine */
export async function boxNames(): Promise<readonly { readonly name: string; readonly image: string }[]> {
  return (await listBoxes()).map(({ name, image }) => ({ name, image }));
}
