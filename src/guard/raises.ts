import type { ScriptWait, Size } from './form/knobs.ts';
import { showSize, showTime } from './form/measure.ts';

/** A value that is larger than in every earlier failure. */
export interface Raise<Kind extends string> {
  readonly kind: Kind;
  /** The option or check for people: `sleep`, `curl --max-time`, `check port 80`. */
  readonly slot: string;
  readonly from: number;
  readonly to: number;
  /** The action waits for it, so it lasts at least that long unless it fails. */
  readonly inAction: boolean;
}

/** All waits that are exceeded. Totals count, so many short waits are one long one. */
export function waitRaises(
  before: readonly (readonly ScriptWait[])[],
  now: readonly ScriptWait[],
): readonly Raise<ScriptWait['kind']>[] {
  return [...delayRaise(before, now), ...checkRaises(before, now), ...deadlineRaises(before, now)];
}

/** All sizes that are exceeded, by slot. A removed limit counts as infinite; a new limit is not an increase. */
export function sizeRaises(
  before: readonly (readonly Size[])[],
  now: readonly Size[],
): readonly Raise<Size['resource']>[] {
  const slots = new Map(before.flat().map((each) => [each.slot, each]));
  return [...slots.values()].flatMap(({ slot, resource, isLimit }) => {
    const from = largest(before, (sizes) => amountIn(sizes, slot) ?? 0);
    const to = amountIn(now, slot) ?? (isLimit ? Number.POSITIVE_INFINITY : 0);
    return to > from ? [{ kind: resource, slot, from, to, inAction: false }] : [];
  });
}

/** `sleep: 30 s → 60 s`. */
export function showWaitRaise({ slot, from, to }: Raise<ScriptWait['kind']>): string {
  return `${slot}: ${showTime(from)} → ${showTime(to)}`;
}

/** `memory: 512Mi → 1Gi`. */
export function showSizeRaise({ kind, from, to }: Raise<Size['resource']>): string {
  return `${kind}: ${showSize(kind, from)} → ${showSize(kind, to)}`;
}

function delayRaise(
  before: readonly (readonly ScriptWait[])[],
  now: readonly ScriptWait[],
): Raise<'delay'>[] {
  const from = largest(before, totalDelay);
  const to = totalDelay(now);
  if (to <= from) return [];
  const slots = [...new Set(now.filter(isDelay).map((each) => each.slot))];
  const inAction = now.filter(isDelay).every((each) => each.where === 'shell');
  return [{ kind: 'delay', slot: slots.join(' + '), from, to, inAction }];
}

function isDelay(wait: ScriptWait): boolean {
  return wait.kind === 'delay' && wait.where !== 'check';
}

function totalDelay(waits: readonly ScriptWait[]): number {
  return waits.filter(isDelay).reduce((sum, each) => sum + each.ms, 0);
}

/** A check waits longer only if it existed before. A new check is a different question. */
function checkRaises(
  before: readonly (readonly ScriptWait[])[],
  now: readonly ScriptWait[],
): Raise<'delay'>[] {
  const asked = new Set(before.flat().map((each) => each.slot));
  return now
    .filter((each) => each.where === 'check' && asked.has(each.slot))
    .flatMap(({ slot, ms }) => {
      const from = largest(before, (waits) => waits.find((each) => each.slot === slot)?.ms ?? 0);
      return ms > from ? [{ kind: 'delay', slot, from, to: ms, inAction: false }] : [];
    });
}

/**
 * Compares deadlines of the same name. If one was replaced by another, compares the largest of each. A removed one
 * counts as infinite.
 */
function deadlineRaises(
  before: readonly (readonly ScriptWait[])[],
  now: readonly ScriptWait[],
): Raise<'deadline'>[] {
  const had = deadlines(before.flat());
  const has = deadlines(now);
  const raised = [...has].flatMap(([slot, wait]) => {
    const from = had.get(slot)?.ms;
    return from !== undefined && wait.ms > from ? [deadlineRaise(slot, from, wait)] : [];
  });
  const gone = [...had].filter(([slot, wait]) => !has.has(slot) && wait.where === 'shell');
  if (gone.length === 0) return raised;
  const added = [...has.values()].filter((each) => !had.has(each.slot));
  const [slot] = gone[0]!;
  const from = Math.max(...gone.map(([, wait]) => wait.ms));
  const to = added.length > 0 ? Math.max(...added.map((each) => each.ms)) : Number.POSITIVE_INFINITY;
  return to > from ? [...raised, { kind: 'deadline', slot, from, to, inAction: true }] : raised;
}

function deadlineRaise(slot: string, from: number, { ms, where }: ScriptWait): Raise<'deadline'> {
  return { kind: 'deadline', slot, from, to: ms, inAction: where === 'shell' || where === 'fence' };
}

/** The largest deadline per slot. */
function deadlines(waits: readonly ScriptWait[]): ReadonlyMap<string, ScriptWait> {
  const found = new Map<string, ScriptWait>();
  for (const wait of waits.filter((each) => each.kind === 'deadline')) {
    if (wait.ms > (found.get(wait.slot)?.ms ?? -1)) found.set(wait.slot, wait);
  }
  return found;
}

function amountIn(sizes: readonly Size[], slot: string): number | undefined {
  return sizes.find((each) => each.slot === slot)?.amount;
}

function largest<T>(items: readonly T[], measure: (item: T) => number): number {
  return Math.max(0, ...items.map(measure));
}
