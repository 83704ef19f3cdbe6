import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import type { Runbook, Step } from '../../model/runbook.ts';
import { readValidDocument } from './document.ts';
import type { OpenedDocument } from './opened-document.ts';

/**
 * A loose document with the documents that its `## Prerequisites` link to: their steps come first, in the same pass and
 * state.
 */
export interface WithPrerequisites {
  readonly runbook: Runbook;
  /** The linked documents, deepest first. */
  readonly others: readonly OpenedDocument[];
}

/**
 * Follows relative links under `## Prerequisites`, as InnovationEngine does, but only inside the folder of the
 * requested document: other files were not reviewed.
 * @throws RunbookError 65 for a link that leaves the folder, is broken or circular
 */
export async function followPrerequisites(document: OpenedDocument): Promise<WithPrerequisites> {
  const linked = new Map<string, OpenedDocument>();
  const steps = await stepsInOrder(document, { root: document.folder, above: [], linked });
  if (linked.size === 0) return { runbook: document.runbook, others: [] };
  const numbered = steps.map((step, index) => ({ ...step, index }));
  return { runbook: { ...document.runbook, steps: numbered }, others: [...linked.values()] };
}

interface Following {
  readonly root: string;
  /** The documents whose links led here. */
  readonly above: readonly string[];
  /** Documents whose steps are included already, deepest first: each comes once, where it is first linked. */
  readonly linked: Map<string, OpenedDocument>;
}

/** A document's steps, with those of the documents that it links to. */
async function stepsInOrder(document: OpenedDocument, { root, above, linked }: Following): Promise<Step[]> {
  const path = [...above, document.path];
  const before: Step[] = [];
  for (const link of document.runbook.prerequisites) {
    const target = await realpath(join(dirname(document.path), link.path)).catch(() => undefined);
    if (target === undefined)
      throw refused('prerequisite-missing', `The linked file ${link.path} does not exist.`, link.place);
    if (!target.startsWith(root + sep)) {
      throw refused(
        'prerequisite-outside',
        `${link.path} is outside the folder of the document.`,
        link.place,
      );
    }
    if (path.includes(target))
      throw refused('prerequisite-circle', `${link.path} links back to itself.`, link.place);
    if (linked.has(target)) continue;
    const other = await readValidDocument(root, relative(root, target), { loose: true });
    before.push(...(await stepsInOrder(other, { root, above: path, linked })));
    linked.set(target, other);
  }
  const { first, rest } = ownSteps(document.runbook);
  const named = (own: Step[]) => (above.length === 0 ? own : withPrefix(own, relative(root, document.path)));
  return [...named(first), ...before, ...named(rest)];
}

/** Fences of the section Prerequisites above its first link run before the documents that it links to, as in InnovationEngine. */
function ownSteps({ steps, sections, prerequisites }: Runbook): { first: Step[]; rest: Step[] } {
  const spans = sections.filter(({ kind }) => kind === 'prerequisites').map(({ span }) => span);
  const link = Math.min(...prerequisites.map(({ place }) => place.line));
  const isFirst = ({ span: { start }, place }: Step) =>
    place.line < link && spans.some((span) => span.start <= start && start < span.end);
  return { first: steps.filter(isFirst), rest: steps.filter((step) => !isFirst(step)) };
}

/** Prefixes their ids with the file name, because two documents may have the same headings. */
function withPrefix(steps: readonly Step[], name: string): Step[] {
  const own = (id: string) => `${name}/${id}`;
  return steps.map((step) => ({
    ...step,
    id: own(step.id),
    needs: step.needs.kind === 'listed' ? { kind: 'listed', ids: step.needs.ids.map(own) } : step.needs,
    for: step.for && own(step.for),
  }));
}

function refused(code: string, message: string, place: Place): RunbookError {
  const remedy = 'Fix the link, or remove it from Prerequisites.';
  return runbookError({ code, message, remedy, place }, EXIT.document);
}
