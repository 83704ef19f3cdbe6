import { z } from 'zod';
import { idNotHere } from '../markdown/site/site-steps.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { DiffReport } from '../model/reports/diff.ts';
import { type Compared, compareDeclaredValues, compareSteps, type Said } from '../plan/compare-runbooks.ts';
import { readValidDocument } from './document/document.ts';
import { layersOf, type OpenedDocument } from './document/opened-document.ts';
import { defineOperation } from './operation.ts';

const document = z.string().describe('a runbook, or a site');

const input = z.object({
  file: document.meta({ positional: true, placeholder: 'FILE' }),
  other: document.meta({ positional: true, placeholder: 'OTHER' }),
});

/** How two documents, or two sites, differ. */
export const diff = defineOperation({
  description:
    'Reads both documents and uses no box. Compares the values of inputs, facts and endpoints, then each step and problem by\n' +
    'its id, and shows what the documents say about why they differ. To compare two boxes, use parity.',
  examples: [
    'runbook diff AUTODOCK.md sites/st-mary.md',
    'runbook diff sites/st-mary.md sites/st-john.md --json',
  ],
  input,
  run: async ({ world }, { file, other }): Promise<DiffReport> => {
    const [a, b] = [await readValidDocument(world.cwd, file), await readValidDocument(world.cwd, other)];
    const [one, two] = [compared(a), compared(b)];
    return {
      a: { file: a.file, name: a.runbook.name },
      b: { file: b.file, name: b.runbook.name },
      values: compareDeclaredValues(one, two),
      ...compareSteps(one, two),
    };
  },
  exit: ({ values, steps }) => (values.length + steps.length === 0 ? EXIT.done : EXIT.different),
});

function compared(document: OpenedDocument): Compared {
  const notHere = new Map<string, Said>();
  const values = new Map<string, Said>();
  const [, ...sites] = layersOf(document).toReversed();
  // The nearest site has the last word.
  for (const { runbook } of sites) {
    for (const { title, why, place } of runbook.steps) {
      const id = idNotHere(title);
      if (id !== undefined) notHere.set(id, { text: why, place });
    }
    for (const { name, purpose, place } of runbook.inputs) values.set(name, { text: purpose, place });
  }
  return { runbook: document.runbook, text: document.source.text, notHere, values };
}
