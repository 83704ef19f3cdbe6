import { randomBytes } from 'node:crypto';

/** A new name for a question and the approval that a yes to it gives: `ap-` and 8 hexadecimal digits. */
export function approvalId(): string {
  return `ap-${randomBytes(4).toString('hex')}`;
}
