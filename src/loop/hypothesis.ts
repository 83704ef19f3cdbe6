import { z } from 'zod';
import { CAUSES } from '../model/finding.ts';

/**
 * An explanation that an agent submits with an attempt when a guard asks for one. Field names are those of the tool's
 * schema.
 */
export const Hypothesis = z.object({
  cause: z.enum(CAUSES),
  /** How the cause produces the failure, in one or two sentences. */
  mechanism: z.string(),
  /** Ids of the evidence that supports it. */
  evidence: z.array(z.string()),
  /** 1 to 5 typed check lines that will pass after the attempt. At least one must not pass before it. */
  prediction: z.array(z.string()),
});

export type Hypothesis = z.infer<typeof Hypothesis>;

const verdict = z.enum(['pass', 'fail', 'unknown']);

/**
 * One line of a prediction. `before` is absent if the line is not a typed check or could not be evaluated; `after` is
 * absent until the attempt has ended.
 */
export const PredictionRow = z.object({
  check: z.string(),
  before: verdict.optional(),
  after: verdict.optional(),
});

export type PredictionRow = z.infer<typeof PredictionRow>;
