import type { ShellAction } from '../../src/model/action.ts';
import type { Place } from '../../src/model/place.ts';
import type { Needs, Step } from '../../src/model/runbook.ts';

const place: Place = { file: 'AUTODOCK.md', line: 1, column: 1 };
const span = { start: 0, end: 0 };

/** A bash fence, as the parser would give it. */
export function bash(text: string, attributes: Record<string, string> = {}): ShellAction {
  return {
    kind: 'shell',
    part: 'run',
    language: 'bash',
    interpreter: ['bash'],
    carries: true,
    interactive: false,
    background: 'no',
    text: `${text}\n`,
    attributes,
    timeoutMs: 60_000,
    always: false,
    span,
    place,
    textPlace: place,
  };
}

/** A step with an id and as much else as a test is about. */
export function step(id: string, parts: Partial<Step> = {}): Step {
  return {
    kind: 'step',
    id,
    title: id,
    section: 'steps',
    index: 0,
    span,
    headingSpan: span,
    place,
    why: 'because',
    needs: { kind: 'previous' },
    when: [],
    actions: [],
    verify: [],
    undo: [],
    symptoms: [],
    symptomText: '',
    fixText: '',
    excluded: false,
    ...parts,
  };
}

/** `Needs: a, b`; without names `Needs: none`. */
export function needs(...ids: string[]): Needs {
  return { kind: 'listed', ids };
}
