import { boxError } from '../../boxes/box-errors.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { Prepared } from '../session/session.ts';

/**
 * The image of the clean box.
 * @throws RunbookError 65 for a document without an image
 */
export function declaredImage({ runbook }: Pick<Prepared, 'runbook'>): string {
  const image = runbook.frontMatter.box?.image;
  if (image !== undefined) return image;
  throw boxError(
    'no-image-declared',
    `Prove needs the image of a clean box, and ${runbook.file} does not declare one.`,
    'Add to the front matter: box: { image: "debian:bookworm" }.',
    { exit: EXIT.document },
  );
}
