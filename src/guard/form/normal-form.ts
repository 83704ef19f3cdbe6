import { createHash } from 'node:crypto';
import type { DraftFence, StepBody } from '../../loop/attempt.ts';
import type { ScriptWait, Size } from './knobs.ts';
import { milliseconds } from './measure.ts';
import { shellForm } from './shell-form.ts';
import { textForm } from './text-form.ts';
import { type TreeForm, treeForm } from './tree-form.ts';

/**
 * What a body does, in a form for comparing attempts. `exact` differs with anything except comments, blanks, quotes
 * and the order of keys. `core` excludes waits and sizes.
 */
export interface BodyForm {
  readonly exact: string;
  /** Empty: it only waits. */
  readonly core: string;
  readonly waits: readonly ScriptWait[];
  readonly sizes: readonly Size[];
  /** False: part of it could not be parsed, so a guard may ask about it but must not refuse. */
  readonly parsed: boolean;
}

/** The form of a body: its Run fences and the deadlines of its Verify. Title, id, Why and Undo are ignored. */
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

/** The hash that identifies an action in the journal: equal for equal actions, however they are written. */
export function formHash(form: Pick<BodyForm, 'exact'>): string {
  return createHash('sha256').update(form.exact).digest('hex').slice(0, 16);
}

/** A shell check without its waits, for fingerprints. */
export function checkForm(text: string): string {
  const form = shellForm(text);
  return form && form.core !== '' ? form.core : text;
}

interface FenceForm extends TreeForm {
  /** Language and attributes, without waits. */
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

/** In characters. A longer text is compared as it is, because parsing it would cost too much. */
const LONGEST = 64 * 1024;

/** Other text (a file, a program in another language) is parsed as a tree if possible. */
function readFence({ lang, text, attributes }: DraftFence): TreeForm {
  if (text.length > LONGEST) return { exact: text, core: text, waits: [], sizes: [], parsed: false };
  const isShell = SHELLS.has(lang) && attributes.file === undefined && attributes.interpreter === undefined;
  if (isShell) return shellForm(text) ?? textForm(text);
  if (lang === 'console') return shellForm(consoleCommands(text)) ?? textForm(text);
  const isTree = /^(?:ya?ml|json)$/.test(lang) || /\.(?:ya?ml|json)$/.test(attributes.file ?? '');
  const tree = isTree ? treeForm(text) : undefined;
  if (tree) return tree;
  // A file's text can be compared without a grammar.
  return { ...textForm(text), parsed: attributes.file !== undefined && !isTree };
}

/** The lines after `$ `, and their continuations after `> `. */
function consoleCommands(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^(?:\$|>) /.test(line))
    .map((line) => line.slice(2))
    .join('\n');
}

/** The time limit of a fence; 30 minutes by default (docs/format.md). */
const DEFAULT_LIMIT_MS = 30 * 60_000;

function timeLimit(text: string | undefined): ScriptWait[] {
  const ms = text === undefined ? DEFAULT_LIMIT_MS : milliseconds(text);
  return ms === undefined ? [] : [{ kind: 'deadline', slot: 'fence timeout', ms, where: 'fence' }];
}

function deadline(text: string | undefined, slot: string): ScriptWait[] {
  const ms = text === undefined ? undefined : milliseconds(text);
  return ms === undefined ? [] : [{ kind: 'delay', slot, ms, where: 'check' }];
}

/** Each check's deadline, keyed by the check's text, so that only the same check can wait longer. No deadline is 0. */
function verifyWaits(fence: DraftFence): ScriptWait[] {
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

function shellWaits(fence: DraftFence, within: number): ScriptWait[] {
  const form = shellForm(fence.text);
  const slot = `check ${form?.core ?? fence.text}`;
  const inside = (form?.waits ?? []).reduce((sum, each) => sum + each.ms, 0);
  return [{ kind: 'delay', slot, ms: within + inside, where: 'check' }];
}

/** Consecutive fences of one kind are merged, so that splitting a script does not change its form. */
function merged(fences: readonly FenceForm[]): readonly { readonly kind: string; readonly core: string }[] {
  const parts: { kind: string; core: string }[] = [];
  for (const { kind, core } of fences) {
    const last = parts.at(-1);
    if (last?.kind === kind && kind.startsWith('shell')) last.core += `\n${core}`;
    else parts.push({ kind, core });
  }
  return parts;
}
