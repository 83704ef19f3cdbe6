import { actionKind } from '../actions/all.ts';
import { formatDuration } from '../base/duration.ts';
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
    text: [...actionKind(action).caption(action), ...details(action)].filter(Boolean).join(', '),
    objects: action.kind === 'apply' && action.from ? (vendored.get(action.from) ?? []) : [],
  };
}

function details(action: Action): (string | false)[] {
  return [
    !!action.user && `as ${action.user}`,
    !!action.cwd && `in ${action.cwd}`,
    action.timeoutMs !== DEFAULT_TIMEOUT_MS && `at most ${formatDuration(action.timeoutMs)}`,
  ];
}

const DEFAULT_TIMEOUT_MS = 30 * 60 * 1000;
