import { z } from 'zod';
import type { OneBoxReport } from '../../model/reports/report.ts';

/*
 * Agents get the verbs of `runbook box` as tools, except what needs a person's word: an agent grants no secret, brings no file
 * from outside the project, and serves nothing under a public name.
 */

export const READS = { readOnly: true, destructive: false, idempotent: true, openWorld: false } as const;
export const ACTS = { readOnly: false, destructive: false, idempotent: true, openWorld: false } as const;
export const ENDS = { readOnly: false, destructive: true, idempotent: true, openWorld: false } as const;

/** The one input of most tools about a box. */
export const boxName = z.string().max(60).describe('a box that was launched here');

/** One box in an answer: model/report `BoxReport`. */
export const boxRow = z.object({
  name: z.string(),
  status: z.enum(['running', 'stopped', 'half-made']),
  over: z.enum(['expired', 'left-over']).optional(),
  purpose: z.enum(['sandbox', 'prove']),
  image: z.string(),
  imageId: z.string(),
  engine: z.string(),
  container: z.string(),
  made: z.string(),
  expires: z.string().optional(),
  ports: z.array(z.object({ inside: z.number(), host: z.number().optional() })).readonly(),
  address: z.string().optional(),
  exposed: z.array(z.object({ port: z.number(), url: z.string() })).readonly(),
});

/** The answer of a tool about one box. */
export const oneBox = z.object({ box: boxRow });

export const boxByName = ({ box }: OneBoxReport): z.infer<typeof oneBox> => ({ box });
