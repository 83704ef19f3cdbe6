import type { Step } from '../../model/runbook.ts';

/** A text as the name of a chart, an object or a file: lower case, digits and dashes. */
export const objectName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replaceAll(/^-+|-+$/g, '') || 'runbook';

/** The file with the objects of a step. Its number keeps the order of the plan. */
export const objectFile = ({ id }: Step, index: number): string =>
  `${String(index + 1).padStart(2, '0')}-${objectName(id)}.yaml`;
