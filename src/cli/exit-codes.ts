import { EXIT } from '../model/diagnostic.ts';

/** The meaning of each exit code, for help and docs/cli.md. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'a step failed; a box could not be measured (parity, drift)'],
  [EXIT.different, 'there are differences (verify, facts, parity, drift, diff); an export is not complete'],
  [EXIT.person, 'a person is needed: an approval, a secret, an unknown verdict'],
  [EXIT.usage, 'wrong use of the command line'],
  [EXIT.document, 'the document is not a valid runbook'],
  [EXIT.internal, 'a defect in runbook itself'],
  [EXIT.interrupted, 'stopped by Ctrl-C; the same command continues'],
  [EXIT.terminated, 'stopped by SIGTERM; the same command continues'],
];
