import type { TextTest } from '../model/check.ts';

/** How a text test is weaker than before. */
export function textLooser(old: TextTest | undefined, now: TextTest | undefined): readonly string[] {
  if (!old) return [];
  if (!now) return [`${old.kind} was removed`];
  if (old.kind === 'contains' && now.kind === 'contains') {
    return now.value.includes(old.value) ? [] : [`contains "${old.value}" became "${now.value}"`];
  }
  return JSON.stringify(old) === JSON.stringify(now) ? [] : ['a different text is expected'];
}

/**
 * How an expectation is weaker than before. Every expectation implies the weakest one of its probe, that something
 * exists.
 */
export function expectLooser(
  old: { readonly kind: string },
  now: { readonly kind: string },
  weakest: string,
): readonly string[] {
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  const stronger = old.kind === weakest && now.kind !== 'absent' && now.kind !== 'free';
  return stronger ? [] : [`${shown(old)} became ${shown(now)}`];
}

function shown({ kind, ...rest }: { readonly kind: string }): string {
  const values = Object.values(rest).map((each) =>
    typeof each === 'object' ? JSON.stringify(each) : String(each),
  );
  return [kind, ...values].join(' ');
}
