import { createHash } from 'node:crypto';
import type { DraftFence, StepBody } from '../../loop/attempt.ts';
import type { Size, Wait } from './knobs.ts';
import { milliseconds } from './measure.ts';
import { shellForm } from './shell-form.ts';
import { textForm } from './text-form.ts';
import { type Form, treeForm } from './tree-form.ts';

/**
 * What a body does, in the form in which attempts are compared. `exact` differs as soon as anything but comments,
 * blanks, quotes and the order of keys does; `core` has no waits and no sizes.
 */
export interface BodyForm {
  readonly exact: string;
  /** Empty: it does nothing but wait. */
  readonly core: string;
  readonly waits: readonly Wait[];
  readonly sizes: readonly Size[];
  /** False: some of it could not be read, so a guard may ask about it, but never refuses. */
  readonly parsed: boolean;
}

/** The form of a body: its Run fences, with the deadlines of its Verify. Title, id, Why and Undo play no part. */
export function normalForm(body: Pick<StepBody, 'run' | 'verify'>): BodyForm {
  const fences = body.run.map(fenceForm);
  const parts = merged(fences.filter((each) => each.core !== ''));
  return {
    exact: fences.map((each) => `${each.kind}\n${each.exact}`).join('\n\n'),
    core: parts.map((each) => `${each.kind}\n${each.core}`).join('\n\n'),
    waits: [...fences.flatMap((each) => each.waits), ...body.verify.flatMap(verifyWaits)],
    sizes: fences.flatMap((each) => each.sizes),
    parsed: fences.every((each) => each.parsed),
  };
}

/** The hash under which the journal knows an action: equal for the same action, however it is spelt. */
export function formHash(form: Pick<BodyForm, 'exact'>): string {
  return createHash('sha256').update(form.exact).digest('hex').slice(0, 16);
}

/** A shell check with its waits taken out, for fingerprints. */
export function checkForm(text: string): string {
  const form = shellForm(text);
  return form && form.core !== '' ? form.core : text;
}

interface FenceForm extends Form {
  /** Language and attributes, waits apart. */
  readonly kind: string;
}

const SHELLS = new Set(['bash', 'sh', 'zsh', 'shell', 'azurecli']);

function fenceForm(fence: DraftFence): FenceForm {
  const form = readFence(fence);
  const { timeout, within, name: _, ...attributes } = fence.attributes;
  const language = SHELLS.has(fence.lang) ? 'shell' : fence.lang;
  const kind = [
    language,
    ...Object.entries(attributes)
      .sort()
      .map((pair) => pair.join('=')),
  ].join(' ');
  return {
    ...form,
    kind,
    waits: [...form.waits, ...timeLimit(timeout), ...deadline(within, 'fence within')],
  };
}

/** Characters above which a text is compared as it stands: reading it would cost more than it tells. */
const LONGEST = 64 * 1024;

/** What is text to the engine (a file, a program in another language) is read as a tree where it is one. */
function readFence({ lang, text, attributes }: DraftFence): Form {
  if (text.length > LONGEST) return { exact: text, core: text, waits: [], sizes: [], parsed: false };
  const isShell = SHELLS.has(lang) && attributes.file === undefined && attributes.interpreter === undefined;
  if (isShell) return shellForm(text) ?? textForm(text);
  if (lang === 'console') return shellForm(consoleCommands(text)) ?? textForm(text);
  const isTree = /^(?:ya?ml|json)$/.test(lang) || /\.(?:ya?ml|json)$/.test(attributes.file ?? '');
  const tree = isTree ? treeForm(text) : undefined;
  if (tree) return tree;
  // A file's text is what it is: comparing it needs no grammar.
  return { ...textForm(text), parsed: attributes.file !== undefined && !isTree };
}

/** Lines after `$ `, and their continuations after `> `. */
function consoleCommands(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^(?:\$|>) /.test(line))
    .map((line) => line.slice(2))
    .join('\n');
}

/** The time limit of a fence; 30 minutes where none is written (docs/format.md). */
const DEFAULT_LIMIT_MS = 30 * 60_000;

function timeLimit(text: string | undefined): Wait[] {
  const ms = text === undefined ? DEFAULT_LIMIT_MS : milliseconds(text);
  return ms === undefined ? [] : [{ kind: 'deadline', slot: 'fence timeout', ms, where: 'fence' }];
}

function deadline(text: string | undefined, slot: string): Wait[] {
  const ms = text === undefined ? undefined : milliseconds(text);
  return ms === undefined ? [] : [{ kind: 'delay', slot, ms, where: 'check' }];
}

/** Each check's deadline, under the check's own text: only the same check can wait longer. None is 0. */
function verifyWaits(fence: DraftFence): Wait[] {
  const fallback = milliseconds(fence.attributes.within ?? '0') ?? 0;
  if (fence.lang !== 'check') return shellWaits(fence, fallback);
  return fence.text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, check, within] = /^(.*?)(?: within (\S+))?$/.exec(line)!;
      const ms = within === undefined ? fallback : (milliseconds(within) ?? 0);
      return { kind: 'delay', slot: `check ${check}`, ms, where: 'check' };
    });
}

function shellWaits(fence: DraftFence, within: number): Wait[] {
  const form = shellForm(fence.text);
  const slot = `check ${form?.core ?? fence.text}`;
  const inside = (form?.waits ?? []).reduce((sum, each) => sum + each.ms, 0);
  return [{ kind: 'delay', slot, ms: within + inside, where: 'check' }];
}

/** Fences of one kind in a row are one: cutting a script in two changes nothing. */
function merged(fences: readonly FenceForm[]): readonly { readonly kind: string; readonly core: string }[] {
  const parts: { kind: string; core: string }[] = [];
  for (const { kind, core } of fences) {
    const last = parts.at(-1);
    if (last?.kind === kind && kind.startsWith('shell')) last.core += `\n${core}`;
    else parts.push({ kind, core });
  }
  return parts;
}
