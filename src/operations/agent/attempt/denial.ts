/** Why a step may not run. `too-fast`: a yes that no person can have read for. `on-page`: the person decides in their browser. */
export type Denied = 'open' | 'no' | 'nobody-asked' | 'too-fast' | 'on-page';

/** A no, or no answer yet. */
export interface Denial {
  readonly allowed: false;
  readonly answer: Denied;
  /** Where the person answers in their browser. */
  readonly url?: string;
  /** What the person wrote when they refused it. */
  readonly reason?: string;
}

/** An approval that allows one start was used by another call first. */
export const USED_UP = { allowed: false, answer: 'nobody-asked' } as const;
