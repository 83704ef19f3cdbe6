import { z } from 'zod';

/** The document, for every verb that takes one. */
export const fileFlag = {
  file: z
    .string()
    .default('AUTODOCK.md')
    .describe('the runbook')
    .meta({ positional: true, placeholder: 'FILE' }),
};

/** Where input values come from. */
export const inputFlags = {
  input: z
    .record(z.string(), z.string())
    .default({})
    .describe('give a variable (secrets come by environment, .env or prompt)')
    .meta({ placeholder: 'K=V', repeat: true }),
  envFile: z
    .string()
    .optional()
    .describe('read input values from this file, in .env form')
    .meta({ placeholder: 'FILE' }),
};

/** Which box, for every verb that touches one. */
export const boxFlag = {
  on: z
    .string()
    .optional()
    .describe('the box: a launched one, ssh://[user@]host[:port], container:NAME (else this machine)')
    .meta({ placeholder: 'BOX' }),
};

/** Flags of every verb that opens a session on a box. */
export const sessionFlags = {
  ...fileFlag,
  ...boxFlag,
  ...inputFlags,
  loose: z.boolean().default(false).describe('take the shell fences of an ordinary markdown file as steps'),
  yes: z.boolean().default(false).describe('approve this one run of what the document says'),
};

/** How many boxes of a fleet at once, and how many first; `where` begins both texts. */
export const fleetFlags = (where = '') => ({
  forks: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(16)
    .describe(`${where}how many boxes at once`)
    .meta({ placeholder: 'N' }),
  canary: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(`${where}how many boxes must be done before the others begin`)
    .meta({ placeholder: 'N' }),
});
