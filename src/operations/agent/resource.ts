import type { AgentContext } from './tool.ts';

/** Characters of a resource. Of what may be larger only so much of its end is read: the whole may be 100 MB. */
export const RESOURCE_BUDGET = 400_000;

/** Reading needs no more than this of what a call is given. */
export type ReadingContext = Pick<AgentContext, 'world' | 'file' | 'signal' | 'readOnly'>;

/** What a client can read by address, outside of any call; people mention it by name. Never changes anything. */
export interface AgentResource {
  readonly name: string;
  /** A fixed address (`runbook://document`), or one with a single `{id}` in it (`runbook://step/{id}`). */
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** The ids that there are, the most useful first, for templates. */
  ids?(context: ReadingContext): Promise<readonly { readonly id: string; readonly title: string }[]>;
  /** The text, or undefined if it does not exist. The server keeps only the last `RESOURCE_BUDGET` characters. */
  read(context: ReadingContext, id: string): Promise<string | undefined>;
}
