import { EXIT } from '../model/diagnostic.ts';

/** What the exit code says, for help and docs/cli.md. */
export const exitCodes: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'a step failed; a box could not be measured (parity, drift)'],
  [EXIT.different, 'there are differences (verify, facts, parity, drift)'],
  [EXIT.person, 'a person is needed: an approval, a secret, an answer that nobody could give'],
  [EXIT.usage, 'wrong use of the command line'],
  [EXIT.document, 'the document is no valid runbook'],
  [EXIT.internal, 'a defect in runbook itself'],
  [EXIT.interrupted, 'stopped by Ctrl-C; the same command goes on'],
  [EXIT.terminated, 'stopped by SIGTERM; the same command goes on'],
];
