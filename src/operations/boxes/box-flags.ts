import { z } from 'zod';

/** The positional argument that names a box. */
export const boxArgument = {
  box: z.string().describe('a box that was launched here').meta({ positional: true, placeholder: 'BOX' }),
};

/** A port inside a box. */
export const portSchema = z.coerce.number().int().min(1).max(65_535);
