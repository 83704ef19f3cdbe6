import { openServedPages } from '../../journal/decisions/served-pages.ts';
import type { World } from '../../world.ts';

/** Lets agents' servers find the page of a document, so that they can send its address to the person's client. */
export async function announcePage({ folders }: World, document: string, port: number): Promise<void> {
  await openServedPages(folders.person).announce(document, port);
}
