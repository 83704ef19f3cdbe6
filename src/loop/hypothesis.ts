import { z } from 'zod';
import { CAUSES } from '../model/finding.ts';

/** An explanation that an agent gives with an attempt, when a guard asks for one. The same words as on the wire. */
export const Hypothesis = z.object({
  cause: z.enum(CAUSES),
  /** How the cause brings about the failure, one or two sentences. */
  mechanism: z.string(),
  /** Ids of evidence that it rests on. */
  evidence: z.array(z.string()),
  /** 1 to 5 typed check lines that the attempt will make pass; at least one must not pass before. */
  prediction: z.array(z.string()),
});

export type Hypothesis = z.infer<typeof Hypothesis>;

const verdict = z.enum(['pass', 'fail', 'unknown']);

/**
 * One line of a prediction. `before` is absent where the line is no typed check, or could not be asked at all;
 * `after` until the attempt has ended.
 */
export const PredictionRow = z.object({
  check: z.string(),
  before: verdict.optional(),
  after: verdict.optional(),
});

export type PredictionRow = z.infer<typeof PredictionRow>;
