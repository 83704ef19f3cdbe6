import type { Runbook } from '../../model/runbook.ts';
import type { LearnedDecision, LearnedQuestion } from './learned.ts';
import { labeledProse, oneLine, paragraphs } from './render.ts';

/** New decisions as entries; decisions that the document already contains are skipped. */
export function recordedDecisions(runbook: Runbook, decisions: readonly LearnedDecision[]): string[] {
  const isKnown = ({ title, why }: LearnedDecision) =>
    runbook.decisions.some((each) => each.title === oneLine(title) && oneLine(each.why) === oneLine(why));
  return decisions
    .filter((each) => !isKnown(each))
    .map(({ title, why, alternatives, date }) =>
      paragraphs([
        `### ${oneLine(title)}`,
        labeledProse('Why', why),
        labeledProse('Alternatives', alternatives),
        labeledProse('Date', date),
      ]),
    );
}

/** New questions as entries; questions that the document already contains are skipped. */
export function recordedQuestions(runbook: Runbook, questions: readonly LearnedQuestion[]): string[] {
  const isKnown = ({ title, text }: LearnedQuestion) =>
    runbook.questions.some((each) => each.title === oneLine(title) && each.text.trim() === text.trim());
  return questions
    .filter((each) => !isKnown(each))
    .map(({ title, text }) => paragraphs([`### ${oneLine(title)}`, text.trim()]));
}
