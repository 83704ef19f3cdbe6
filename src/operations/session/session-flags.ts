import { z } from 'zod';

/** The document, for every verb that uses one. */
export const fileFlag = {
  file: z
    .string()
    .default('AUTODOCK.md')
    .describe('the runbook')
    .meta({ positional: true, placeholder: 'FILE' }),
};

/** The document as a flag, for verbs whose argument is something else. */
export const fileOption = {
  file: z.string().default('AUTODOCK.md').describe('the runbook').meta({ placeholder: 'FILE' }),
};

/** Sources of input values. */
export const inputFlags = {
  input: z
    .record(z.string(), z.string())
    .default({})
    .describe('set a variable (pass secrets by environment, .env or prompt)')
    .meta({ placeholder: 'K=V', repeat: true }),
  envFile: z
    .string()
    .optional()
    .describe('read input values from this file, in .env form')
    .meta({ placeholder: 'FILE' }),
};

/** The box, for every verb that uses one. */
export const boxFlag = {
  on: z
    .string()
    .optional()
    .describe('the box: a launched one, ssh://[user@]host[:port] or container:NAME (default: this machine)')
    .meta({ placeholder: 'BOX' }),
};

/** Flags of every verb that opens a session on a box. */
export const sessionFlags = {
  ...fileFlag,
  ...boxFlag,
  ...inputFlags,
  loose: z.boolean().default(false).describe('use the shell fences of an ordinary markdown file as steps'),
  yes: z.boolean().default(false).describe('approve this one run of the document'),
};

/** How many boxes of a fleet run in parallel, and how many first; `where` prefixes both texts. */
export const fleetFlags = (where = '') => ({
  forks: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(16)
    .describe(`${where}number of boxes in parallel`)
    .meta({ placeholder: 'N' }),
  canary: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(`${where}number of boxes that must be done before the others start`)
    .meta({ placeholder: 'N' }),
});
