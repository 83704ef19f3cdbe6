import { formatDuration } from '../markdown/checks/duration.ts';
import type { Action } from '../model/action.ts';
import type { VendoredObjects } from '../model/page.ts';

/** What a fence does, in one line, and the objects of the manifest that it names. */
export interface FenceCaption {
  readonly text: string;
  readonly objects: readonly string[];
}

/** The caption of a fence: the file it writes, the object it patches, the program that runs it. */
export function fenceCaption(action: Action, vendored: VendoredObjects): FenceCaption {
  return {
    text: [target(action), ...details(action)].join(', '),
    objects: action.kind === 'apply' && action.from ? (vendored.get(action.from) ?? []) : [],
  };
}

function target(action: Action): string {
  switch (action.kind) {
    case 'shell':
      return `${verbOf[action.part]} with ${action.interpreter.join(' ')}`;
    case 'file':
      return `Writes ${action.path}`;
    case 'apply':
      return action.from ? `Applies ${action.from}` : 'Applies these objects';
    case 'patch':
      return `Patches ${action.target} (${action.type} patch)`;
    case 'registry':
      return `Creates the registry Secret ${action.secret}`;
  }
}

const verbOf = {
  run: 'Runs',
  fix: 'Fix, runs',
  verify: 'Check, runs',
  undo: 'Undo, runs',
  when: 'Condition, runs',
} as const;

function details(action: Action): string[] {
  const found: string[] = [];
  if (action.kind === 'file' && action.mode !== undefined)
    found.push(`mode ${action.mode.toString(8).padStart(4, '0')}`);
  if (action.kind === 'file' && action.owner) found.push(`owner ${action.owner}`);
  if ('namespace' in action && action.namespace) found.push(`namespace ${action.namespace}`);
  if (action.user) found.push(`as ${action.user}`);
  if (action.cwd) found.push(`in ${action.cwd}`);
  if (action.kind === 'shell' && action.background !== 'no') found.push('in the background');
  if (action.kind === 'shell' && action.interactive) found.push('asks at the terminal');
  if (action.timeoutMs !== DEFAULT_TIMEOUT_MS) found.push(`at most ${formatDuration(action.timeoutMs)}`);
  return found;
}

const DEFAULT_TIMEOUT_MS = 30 * 60 * 1000;
