import type { Action } from '../model/action.ts';
import type { ActionKind } from './action-kind.ts';

/** Code for an interpreter. */
export const shellFence: ActionKind<'shell'> = {
  material: ({ interpreter, background, interactive }) => [interpreter, background, interactive],
  summary: ({ text, interpreter }, show) => {
    const lines = text.trimEnd().split('\n');
    const first = lines.find((line) => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? '';
    const more = lines.length > 1 ? ` (${lines.length} lines)` : '';
    return `${interpreter.join(' ')}: ${show(first.trim())}${more}`;
  },
  caption: ({ part, interpreter, background, interactive }) => [
    `${VERBS[part]} with ${interpreter.join(' ')}`,
    background !== 'no' && 'in the background',
    interactive && 'asks at the terminal',
  ],
};

const VERBS: Readonly<Record<Action['part'], string>> = {
  run: 'Runs',
  fix: 'Fix, runs',
  verify: 'Check, runs',
  undo: 'Undo, runs',
  when: 'Condition, runs',
};
