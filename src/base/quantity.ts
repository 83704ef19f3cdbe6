/** Factor of each suffix. */
export const POWERS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * Parses a Kubernetes quantity: CPU in cores, memory and storage in bytes (k8s.io/apimachinery/pkg/api/resource).
 * Returns undefined if the text is not a quantity.
 */
export function quantity(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?(?:e\d+)?)(n|u|m|k|K|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(text.trim());
  return parts ? Number(parts[1]) * POWERS[parts[2] ?? '']! : undefined;
}

/** Formats a number as a Kubernetes quantity with at most three decimals: `3Gi` for 3221225472. */
export function asQuantity(amount: number): string {
  const unit = ['Gi', 'Mi', 'Ki'].find((each) => amount >= POWERS[each]! && amount % POWERS[each]! === 0);
  return unit === undefined ? String(Math.round(amount * 1000) / 1000) : `${amount / POWERS[unit]!}${unit}`;
}
