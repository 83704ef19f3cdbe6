import { verb } from '../operations/all.ts';

/** The verb `serve` for the command's list. Lightweight, like the other rows. */
export const serveRow = verb(
  'serve',
  'write',
  'show the page live in a browser, and decide there what may run',
  {
    load: async () => (await import('./verb.ts')).serve,
  },
);
