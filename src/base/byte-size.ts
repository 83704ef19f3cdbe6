/** Bytes in a unit: decimal for MB, binary for MiB (IEC 80000-13). */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Parses `5GB`, `1.5 GiB` or `512B` into whole bytes, rounded up. Returns undefined for any other text. */
export function parseByteSize(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const size = UNITS[unit.toUpperCase()];
  return amount === undefined || size === undefined ? undefined : Math.ceil(Number(amount) * size);
}
