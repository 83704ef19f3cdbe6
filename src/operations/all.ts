import type { Operation } from './operation.ts';

/**
 * A row of the one list that both front ends read. It is light on purpose: the root help, completion and an unknown
 * verb's suggestion need names and summaries only, and the operation itself (with zod and all it imports) loads
 * when it is chosen. A test holds name, summary and effect against the loaded operation.
 */
export interface OperationRow {
  readonly name: string;
  readonly summary: string;
  readonly effect: Operation['effect'];
  readonly load: () => Promise<Operation>;
}

/** Every verb, in the order in which help lists them. A row: `load: async () => (await import('./plan.ts')).plan`. */
export const operations: readonly OperationRow[] = [];
