import type { StepBody } from '../../loop/attempt.ts';
import type { ProblemEntry, Provenance } from './render.ts';

/** What was learned and will be written into the document. */
export interface Learned {
  readonly steps?: readonly LearnedStep[];
  /** Whole entries of Steps, written as they are at its end. */
  readonly entries?: readonly string[];
  readonly problems?: readonly LearnedProblem[];
  readonly inputs?: readonly LearnedInput[];
  readonly facts?: readonly LearnedFact[];
  readonly decisions?: readonly LearnedDecision[];
  readonly endpoints?: readonly LearnedEndpoint[];
  readonly questions?: readonly LearnedQuestion[];
}

export interface LearnedStep {
  readonly id: string;
  readonly body: StepBody;
  readonly kind: 'new' | 'revised';
  /** The step that it follows. Absent: it is the first. */
  readonly after?: string;
  readonly note?: Provenance;
}

export interface LearnedProblem extends ProblemEntry {
  /** Next to its step, or under Problems. */
  readonly placement: 'before' | 'after' | 'problems';
}

interface LearnedInput {
  readonly name: string;
  /** As in the column Kind. */
  readonly kind: string;
  readonly required: boolean;
  readonly default: string;
  readonly purpose: string;
}

interface LearnedFact {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  /** The command that measured it, without backticks. */
  readonly command: string;
  /** ISO date. */
  readonly on: string;
  readonly why: string;
}

export interface LearnedDecision {
  readonly title: string;
  readonly why: string;
  readonly alternatives: string;
  readonly date: string;
}

interface LearnedEndpoint {
  readonly name: string;
  readonly target: string;
  /** A check line; empty if missing. */
  readonly check: string;
}

export interface LearnedQuestion {
  readonly title: string;
  /** Markdown, written as it is. */
  readonly text: string;
}
