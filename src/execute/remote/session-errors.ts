import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { BoxLink } from './link.ts';

/** The connection was lost during a pass. */
export function lostError(link: Pick<BoxLink, 'name'>, why: string): RunbookError {
  return runbookError(
    {
      code: 'box-lost',
      message: `The connection to ${link.name} was lost, so the steps after the last confirmed one were not confirmed.`,
      remedy:
        'Run the same command again once the box can be reached. It continues after the last confirmed step.',
      cause: why,
    },
    EXIT.person,
  );
}

/** Why a session that had started has ended. */
export function connectionLost(link: BoxLink, why: string | undefined): string {
  return `the connection to ${link.name} was lost${why === undefined ? '' : `: ${why}`}`;
}

/** A box keeps sending output that is not a greeting. */
export function tooMuchOutput({ name }: Pick<BoxLink, 'name'>, why: string): RunbookError {
  return runbookError(
    {
      code: 'box-floods',
      message: `${name} was disconnected because it did not answer like a shell: ${why}.`,
      remedy:
        'Log in by hand to find what prints the output. A start-up file, banner or ForceCommand must print nothing without a terminal.',
    },
    EXIT.person,
  );
}

/** A box was reached but sent nothing. */
export function noReply({ name, greetingMs }: Pick<BoxLink, 'name' | 'greetingMs'>): RunbookError {
  return runbookError(
    {
      code: 'box-silent',
      message: `${name} was reached but sent no greeting within ${greetingMs / 1000} s.`,
      remedy: 'Log in by hand to see why: a start-up file may be waiting for input, or the box may hang.',
    },
    EXIT.person,
  );
}

/** A box reported that it lacks what runbook needs. */
export function cannotServe(link: BoxLink, why: string): RunbookError {
  const full = /no space left|disk quota/i.test(why);
  return runbookError(
    {
      code: full ? 'box-full' : 'box-unusable',
      message: full
        ? `The disk of ${link.name} is full: ${why}.`
        : `${link.name} was reached, but a session could not be set up: ${why}.`,
      remedy: full
        ? 'Free disk space on that box, then run the same command again.'
        : 'Fix this on that box, then run the same command again.',
    },
    EXIT.person,
  );
}
