import { isAbsolute, resolve } from 'node:path';
import type { FileAction } from '../../../model/action.ts';
import type { Verdict } from '../../../model/check.ts';
import type { ShellState } from '../../../model/shell.ts';
import type { Pass } from '../pass.ts';

const DEFAULT_MODE = 0o644;
const SECRET_MODE = 0o600;

/** What a file fence wants on the box, every name replaced. */
export interface WantedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
  readonly owner?: string;
}

/** Replaces names in path and text; a file with a secret in it is for its owner alone unless the author says otherwise. */
export function wantedFile(action: FileAction, pass: Pass, state: ShellState): WantedFile {
  const text = pass.substitute(action.text, state);
  const path = pass.substitute(action.path, state);
  return {
    path: isAbsolute(path) ? path : resolve(pass.folder, path),
    content: Buffer.from(text, 'utf8'),
    mode: action.mode ?? (pass.masker.holdsSecret(text) ? SECRET_MODE : DEFAULT_MODE),
    ...(action.owner === undefined ? {} : { owner: pass.substitute(action.owner, state) }),
  };
}

/** Compares a file fence with the box: content, mode and owner. Never shows content. */
export async function fileDifference(action: FileAction, pass: Pass, state: ShellState): Promise<Verdict> {
  const wanted = wantedFile(action, pass, state);
  const expected = `${wanted.path} as written`;
  try {
    const status = await pass.box.status(wanted.path);
    if (!status) return { verdict: 'fail', observed: 'missing', expected, class: 'missing' };
    if (status.kind !== 'file')
      return { verdict: 'fail', observed: `a ${status.kind}`, expected, class: 'not-a-file' };
    const content = status.bytes === wanted.content.length ? await pass.box.read(wanted.path) : undefined;
    if (!content?.equals(wanted.content))
      return { verdict: 'fail', observed: 'content differs', expected, class: 'content' };
    if (status.mode !== wanted.mode) {
      return {
        verdict: 'fail',
        observed: `mode ${octal(status.mode)}, wanted ${octal(wanted.mode)}`,
        expected,
        class: 'mode',
      };
    }
    if (wanted.owner !== undefined && !(await pass.box.owns(wanted.owner, status))) {
      return {
        verdict: 'fail',
        observed: `owner ${status.uid}:${status.gid}, wanted ${wanted.owner}`,
        expected,
        class: 'owner',
      };
    }
    return { verdict: 'pass', observed: 'as written', expected, class: 'same' };
  } catch (error) {
    return { verdict: 'unknown', observed: (error as Error).message, expected, class: 'unreadable' };
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
