import type { ProbeContext } from '../../model/box.ts';
import type { Probe, Verdict } from '../../model/check.ts';

/** The probe of one kind. */
export type ProbeOf<K extends Probe['kind']> = Extract<Probe, { kind: K }>;

/** Asks the box once. Never throws. */
export type Ask<K extends Probe['kind']> = (probe: ProbeOf<K>, context: ProbeContext) => Promise<Verdict>;
