import type { Substitution } from '../../../cluster/apply/documents.ts';
import { ClusterError, remedyOf } from '../../../cluster/cluster-errors.ts';
import type { Action } from '../../../model/action.ts';
import type { Verdict } from '../../../model/check.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import type { Place } from '../../../model/place.ts';
import type { ShellState } from '../../../model/shell.ts';
import { environmentOf } from '../environment.ts';
import type { Pass } from '../pass.ts';
import type { Performed } from './performing.ts';

/** What a fence for a cluster works with. */
export interface ClusterWork {
  readonly pass: Pass;
  readonly state: ShellState;
  readonly signal: AbortSignal;
}

/**
 * The cluster that the next shell fence's kubectl would talk to.
 * @throws ClusterError
 */
export async function clusterOfFence({ pass, state }: ClusterWork): Promise<Cluster> {
  if (!pass.box.cluster) throw new ClusterError('no-config', 'This kind of box cannot reach a cluster.');
  return pass.box.cluster({ env: environmentOf(pass, state), folder: pass.folder });
}

/** `${NAME}` in a fence for a cluster. */
export function substitutionOf({ pass, state }: ClusterWork): Substitution {
  return {
    replace: (text) => pass.substitute(text, state),
    holdsSecret: (text) => pass.masker.holdsSecret(text),
  };
}

/** A mistake in the text of a fence, with its line. */
export class FenceDefect extends Error {
  override readonly name = 'FenceDefect';
  constructor(
    message: string,
    readonly remedy: string,
    /** From 1, in the fence's text; undefined if the mistake is in another file. */
    readonly line?: number,
  ) {
    super(message);
  }
}

/** The failure of a fence for a thrown error. Texts may quote what was sent, so they are masked. */
export function clusterFailure(action: Action, error: unknown, pass: Pass): Performed {
  if (pass.signal.aborted) {
    return failure(action.place, 'aborted', 'You stopped the command.', 'Run the same command to continue.');
  }
  if (error instanceof FenceDefect) {
    return failure(
      placeOfLine(action, error.line),
      'cluster-invalid',
      error.message,
      pass.masker.mask(error.remedy),
    );
  }
  if (!(error instanceof ClusterError)) throw error;
  return failure(action.place, `cluster-${error.kind}`, error.message, pass.masker.mask(remedyOf(error)));
}

/** The same as a verdict on whether the fence holds. */
export function clusterUnknown(expected: string, error: unknown, pass: Pass): Verdict {
  const known = error instanceof ClusterError || error instanceof FenceDefect;
  if (!known) throw error;
  const observed = pass.masker.mask(error.message);
  if (error instanceof FenceDefect) return { verdict: 'fail', observed, expected, class: 'invalid' };
  const isAnswer = ['conflict', 'invalid', 'not-found'].includes(error.kind);
  return { verdict: isAnswer ? 'fail' : 'unknown', observed, expected, class: `cluster-${error.kind}` };
}

/** The place of a line of the fence's text in the document. */
export function placeOfLine(action: Action, line: number | undefined): Place {
  return line === undefined ? action.place : { ...action.textPlace, line: action.textPlace.line + line - 1 };
}

function failure(place: Place, kind: string, message: string, remedy: string): Performed {
  return { ok: false, failure: { kind, message, remedy, place } };
}
