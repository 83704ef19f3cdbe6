/** A value of JSON with each scalar changed. `path`: the keys above it; items of a list have that of the list. */
export function mapScalars<Value>(
  value: Value,
  change: (scalar: unknown, path: readonly string[]) => unknown,
  path: readonly string[] = [],
): Value {
  if (Array.isArray(value)) return value.map((each) => mapScalars(each, change, path)) as Value;
  if (value === null || typeof value !== 'object') return change(value, path) as Value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapScalars(each, change, [...path, key])]),
  ) as Value;
}

/** The same for texts; other scalars stay. */
export function mapStrings<Value>(
  value: Value,
  change: (text: string, path: readonly string[]) => unknown,
): Value {
  return mapScalars(value, (scalar, path) => (typeof scalar === 'string' ? change(scalar, path) : scalar));
}
