import { setFlagsFromString } from 'node:v8';

const STEADY_YOUNG_SPACE = '--semi-space-growth-factor=1';
const COLLECTS_SOONER = '--heap-growing-percent=50';
const COMPILES_LATER = '--interrupt-budget=2000000';

/** By major of Node, what its V8 is known to take; of a flag that it does not know it would complain on stderr. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  20: [STEADY_YOUNG_SPACE, COLLECTS_SOONER, COMPILES_LATER],
  22: [STEADY_YOUNG_SPACE, COLLECTS_SOONER],
  24: [STEADY_YOUNG_SPACE, COLLECTS_SOONER],
};

/**
 * Tells V8 that this program lives for a second, or waits most of its life. By itself V8 lets the space for young objects grow to
 * 32 MB, which stay resident, lets garbage grow to a multiple of what lives before it looks for it, and compiles on another core
 * what it has seen a few times. With a space that stays as it begins, and a compiler that waits for what is really hot, a pass
 * of a thousand steps takes a third less memory and less time (docs/performance.md). A server keeps V8's own compiler: it answers
 * the same few calls for hours. All are figures that V8 reads anew each time, so it is not too late for them; call it before much
 * is loaded, since the code cache counts under the flags that it was written with.
 */
export function leanHeap({ serves }: { readonly serves: boolean }): void {
  const [major = ''] = process.versions.node.split('.', 1);
  for (const flag of FLAGS[major] ?? []) if (!(serves && flag === COMPILES_LATER)) setFlagsFromString(flag);
}
