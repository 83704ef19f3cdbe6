import { createHash } from 'node:crypto';
import { z } from 'zod';
import { pluralize } from '../../../base/pluralize.ts';
import { DraftFence, type StepBody } from '../../../loop/attempt.ts';
import type { Action } from '../../../model/action.ts';
import type { Check } from '../../../model/check.ts';
import type { Step } from '../../../model/runbook.ts';

const fence = DraftFence.extend({
  lang: z.string().regex(/^[A-Za-z0-9_+-]{1,40}$/, 'a language is one word'),
});

/** Shell text, or fences. */
const Code = z.union([z.string(), z.array(fence)]);

/** Check lines, or fences. */
const Checks = z.union([z.string(), z.array(z.union([z.string(), fence]))]);

/** A step as an agent gives it. */
export const Draft = z.object({
  title: z.string().min(1).max(200),
  why: z.string().optional().describe('one or two sentences'),
  run: Code.describe('shell text, or [{lang,text,attributes}]'),
  verify: Checks.optional().describe('check lines, or fences'),
  undo: Code.optional(),
  after: z.string().optional().describe('id of the step it comes after'),
});

export type Draft = z.infer<typeof Draft>;

/** The body that a draft describes: text is bash, lines under verify are checks. */
export function bodyOf(draft: Draft): StepBody {
  return {
    title: draft.title.replace(/\s+/g, ' ').trim(),
    why: draft.why ?? '',
    run: codeOf(draft.run),
    verify: checksOf(draft.verify ?? []),
    undo: codeOf(draft.undo ?? []),
    ...(draft.after === undefined ? {} : { after: draft.after }),
  };
}

/** The body of a step of the document. */
export function bodyOfStep(step: Step): StepBody {
  return {
    title: step.title,
    why: step.why,
    run: step.actions.map(fenceOf),
    verify: fencesOfChecks(step.verify),
    undo: step.undo.map(fenceOf),
  };
}

/** Shows whether a step is still the one that a revision was made from. */
export function bodyHash({ run, verify, undo }: Pick<StepBody, 'run' | 'verify' | 'undo'>): string {
  return createHash('sha256')
    .update(JSON.stringify([run, verify, undo]))
    .digest('hex')
    .slice(0, 16);
}

/**
 * Everything of a body that would execute, as a person is shown it. Each fence begins with how many lines it has, so that no
 * text of one can pass for the head of another: what is approved is a hash of this.
 */
export function scriptOf({ run, verify, undo }: StepBody): string {
  const code = [...run, ...verify.filter(({ lang }) => lang !== 'check')];
  const parts = [...code.map((each) => shown(each)), ...undo.map((each) => shown(each, 'Undo, '))];
  return parts.join('\n\n');
}

function shown({ lang, text, attributes }: DraftFence, part = ''): string {
  const about = Object.keys(attributes).length > 0 ? ` ${JSON.stringify(attributes)}` : '';
  const code = text.trimEnd();
  const lines = code.split('\n').length;
  return `# ${part}${lang}${about}, ${pluralize(lines, 'line')}\n${code}`;
}

function codeOf(code: z.infer<typeof Code>): DraftFence[] {
  if (typeof code !== 'string') return code.map(ended);
  return code.trim() === '' ? [] : [ended({ lang: 'bash', text: code, attributes: {} })];
}

/** Lines in a row are one fence. */
function checksOf(checks: z.infer<typeof Checks>): DraftFence[] {
  const parts = typeof checks === 'string' ? [checks] : checks;
  const fences: DraftFence[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') fences.push(ended(part));
    else if (part.trim() !== '') addLine(fences, part.trim());
  }
  return fences;
}

function addLine(fences: DraftFence[], line: string): void {
  const last = fences.at(-1);
  if (last?.lang === 'check') last.text += `${line}\n`;
  else fences.push({ lang: 'check', text: `${line}\n`, attributes: {} });
}

function ended({ lang, text, attributes }: DraftFence): DraftFence {
  return {
    lang: lang.toLowerCase(),
    text: `${text.replaceAll('\r\n', '\n').replace(/\n+$/, '')}\n`,
    attributes,
  };
}

function fenceOf({ language, text, attributes }: Action): DraftFence {
  return { lang: language, text, attributes: { ...attributes } };
}

function fencesOfChecks(checks: readonly Check[]): DraftFence[] {
  const fences: DraftFence[] = [];
  for (const check of checks) {
    if (check.kind === 'shell') fences.push(fenceOf(check.action));
    if (check.kind === 'probe') addLine(fences, withDeadline(check.text, check.withinMs));
  }
  return fences;
}

/** A deadline that its fence gave is written on the line. */
function withDeadline(text: string, withinMs: number): string {
  return withinMs === 0 || / within \S+$/.test(text) ? text : `${text} within ${withinMs}ms`;
}
