import { randomInt } from 'node:crypto';

/** Milliseconds and three random characters, so that the ids of two observations of a box do not collide. */
export function evidenceStem(at: Date): string {
  const random = randomInt(36 ** 3).toString(36);
  return `${at.getTime().toString(36)}${random.padStart(3, '0')}`;
}
