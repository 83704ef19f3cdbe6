import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { BoxLink } from './link.ts';

/** Said once the connection is gone in the middle of a pass. */
export function lostError(link: Pick<BoxLink, 'name'>, why: string): RunbookError {
  const lost: Diagnostic = {
    code: 'box-lost',
    severity: 'error',
    message: `The connection to ${link.name} is lost, so nothing more is confirmed there.`,
    remedy:
      'Run the same command again once the box can be reached: it goes on from the last confirmed step.',
    cause: why,
  };
  return new RunbookError([lost], EXIT.person);
}

/** Why a session that had begun has ended. */
export function connectionLost(link: BoxLink, why: string | undefined): string {
  return `the connection to ${link.name} was lost${why === undefined ? '' : `: ${why}`}`;
}

/** Said where a box sends without end what is no greeting. */
export function tooMuchOutput({ name }: Pick<BoxLink, 'name'>, why: string): RunbookError {
  const complaint: Diagnostic = {
    code: 'box-floods',
    severity: 'error',
    message: `${name} was reached, but does not answer as a shell does: ${why}, and was cut off.`,
    remedy:
      'Log in there by hand: a start-up file, a banner or a ForceCommand that prints without end has to be silent where no terminal is.',
  };
  return new RunbookError([complaint], EXIT.person);
}

/** Said where a box is reached, and then nothing comes. */
export function noReply({ name, greetingMs }: Pick<BoxLink, 'name' | 'greetingMs'>): RunbookError {
  const complaint: Diagnostic = {
    code: 'box-silent',
    severity: 'error',
    message: `${name} let nothing be heard within ${greetingMs / 1000} s, so it was given up.`,
    remedy: 'Log in there by hand: a start-up file may wait for somebody, or the box may hang.',
  };
  return new RunbookError([complaint], EXIT.person);
}

/** Said where a box tells by itself that it cannot be worked on. */
export function cannotServe(link: BoxLink, why: string): RunbookError {
  const full = /no space left|disk quota/i.test(why);
  const cannot: Diagnostic = {
    code: full ? 'box-full' : 'box-unusable',
    severity: 'error',
    message: full
      ? `${link.name} has no room left: ${why}.`
      : `${link.name} was reached, but cannot be worked on: ${why}.`,
    remedy: full ? 'Make room there and run the same command again.' : 'Mend that there, and run it again.',
  };
  return new RunbookError([cannot], EXIT.person);
}
