import { setFlagsFromString } from 'node:v8';

const STEADY_YOUNG_SPACE = '--semi-space-growth-factor=1';
const COLLECTS_SOONER = '--heap-growing-percent=50';
const COMPILES_LATER = '--interrupt-budget=2000000';
/** For a server until it is called. */
const COMPILES_SOMEWHAT_LATER = '--interrupt-budget=200000';
/** For one that is, if anything sooner than V8 by itself (67584). */
const COMPILES_SOON = '--interrupt-budget=40000';

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
 * of a thousand steps takes a third less memory and less time (docs/performance.md). All are figures that V8 reads anew each
 * time, so it is not too late for them; call it before much is loaded.
 */
export function leanHeap({ serves }: { readonly serves: boolean }): void {
  for (const flag of flags())
    setFlagsFromString(serves && flag === COMPILES_LATER ? COMPILES_SOMEWHAT_LATER : flag);
}

/**
 * Tells V8 that the server is called, and will answer the same few calls for hours: what they run is worth compiling. Not while the
 * code cache is written, which counts under the flags alone that are set then.
 */
export function quickCalls(): void {
  if (flags().includes(COMPILES_LATER) && process.env.RUNBOOK_CODE_CACHE !== 'write')
    setFlagsFromString(COMPILES_SOON);
}

function flags(): readonly string[] {
  const [major = ''] = process.versions.node.split('.', 1);
  return FLAGS[major] ?? [];
}
