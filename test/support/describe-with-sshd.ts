import { describe } from 'vitest';
import { reasonForNoSshd } from './sshd.ts';

/** Tests that need a real sshd. Where none can be started they are skipped, and the reason is their name. */
export function describeWithSshd(name: string, tests: () => void | Promise<void>): void {
  const reason = reasonForNoSshd();
  if (reason === undefined) {
    describe(name, tests);
    return;
  }
  console.warn(`\nSKIPPED: ${name}: ${reason}\n`);
  describe.skip(`${name}: ${reason}`, tests);
}
