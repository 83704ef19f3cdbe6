import type { OperationRow } from '../operations/all.ts';
import type { Operation } from '../operations/operation.ts';

/** The verb `serve` for the command's list. Lightweight, like the other rows. */
export const serveRow: OperationRow = {
  name: 'serve',
  summary: 'show the page live in a browser, and decide there what may run',
  effect: 'write',
  load: async () => (await import('./verb.ts')).serve as unknown as Operation,
};
