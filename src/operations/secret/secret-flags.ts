import { z } from 'zod';

export const secretName = {
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')
    .describe('the name of the secret')
    .meta({ positional: true, placeholder: 'NAME' }),
};

export const valueFrom = {
  from: z
    .string()
    .optional()
    .describe('read the value from a file or /dev/stdin instead of asking')
    .meta({ placeholder: 'PATH' }),
};
