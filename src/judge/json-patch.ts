import { isSameJson } from '../base/same-json.ts';

/** A valid operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** What is wrong with one operation, with the intended pointer if it can be guessed. */
export interface PatchDefect {
  /** From 0. */
  readonly index: number;
  readonly message: string;
  readonly remedy: string;
}

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/** Maps with arbitrary keys, where a key with slashes is more likely than a nested field. */
const FREE_MAPS =
  /^(?:labels|annotations|matchLabels|nodeSelector|data|stringData|binaryData|limits|requests|hard)$/;

/** Parses a patch. Invalid operations are returned as defects. */
export function readJsonPatch(patch: unknown): { operations: PatchOperation[]; defects: PatchDefect[] } {
  if (!Array.isArray(patch)) {
    const message = 'A JSON patch must be a list of operations.';
    return {
      operations: [],
      defects: [{ index: 0, message, remedy: 'Write a list, or set `"type":"merge"`.' }],
    };
  }
  const defects = patch.flatMap((each, index) => malformed(each, index));
  return { operations: defects.length > 0 ? [] : (patch as PatchOperation[]), defects };
}

function malformed(each: unknown, index: number): PatchDefect[] {
  const { op, path, from, value } = (each ?? {}) as Record<string, unknown>;
  const say = (message: string, remedy: string): PatchDefect[] => [{ index, message, remedy }];
  if (typeof op !== 'string' || !OPERATIONS.has(op)) {
    return say(`"${String(op)}" is not an operation.`, 'Use add, remove, replace, move, copy or test.');
  }
  if (typeof path !== 'string')
    return say('An operation must have a path.', 'Add one: `"path":"/spec/replicas"`.');
  if (path !== '' && !path.startsWith('/')) {
    return say(`A path must start with a slash. ${path} does not.`, `Write ${asPointer(path)}`);
  }
  if (/~(?![01])/.test(path)) {
    return say(
      `A "~" in a path must be escaped. It is not in ${path}.`,
      `Write ${path.replace(/~(?![01])/g, '~0')}`,
    );
  }
  if ((op === 'move' || op === 'copy') && typeof from !== 'string')
    return say(`${op} needs "from".`, 'Add the source path.');
  if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined) {
    return say(`${op} needs a value. ${path} has none.`, 'Add one; null is allowed.');
  }
  return [];
}

/** People usually write paths with dots. */
function asPointer(path: string): string {
  return `/${path.replace(/^\./, '').replaceAll('.', '/')}`;
}

/**
 * Checks a patch against the live object before it is sent: a missing parent, a key whose slash was read as a
 * separator, an index outside a list. Each operation is checked after applying the earlier ones.
 */
export function jsonPatchDefects(operations: readonly PatchOperation[], object: unknown): PatchDefect[] {
  const result = appliedInOrder(operations, object);
  return 'defect' in result ? [result.defect] : [];
}

/** The object with a patch applied; undefined if the patch is invalid or does not fit the object. */
export function jsonPatched(patch: unknown, object: unknown): unknown {
  const { operations, defects } = readJsonPatch(patch);
  const result = defects.length > 0 ? undefined : appliedInOrder(operations, object);
  return result && 'object' in result ? result.object : undefined;
}

/** Stops at the first defect, because later operations depend on it. */
function appliedInOrder(
  operations: readonly PatchOperation[],
  object: unknown,
): { readonly object: unknown } | { readonly defect: PatchDefect } {
  let current = structured(object);
  for (const [index, operation] of operations.entries()) {
    const defect = defectOf(operation, current, index);
    if (defect) return { defect };
    current = applied(operation, current);
  }
  return { object: current };
}

/**
 * Whether an object is already in the state that a patch produces, so that the patch is not applied twice: an element
 * to append exists, a field to remove does not. Undefined: unknown (move, copy, test).
 */
export function jsonPatchHolds(operations: readonly PatchOperation[], object: unknown): boolean | undefined {
  const answers = operations.map((operation) => holds(operation, object));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function holds({ op, path, value }: PatchOperation, object: unknown): boolean | undefined {
  if (op === 'move' || op === 'copy' || op === 'test') return undefined;
  const keys = segments(path);
  const parent = lookUp(object, keys.slice(0, -1));
  const last = keys.at(-1) ?? '';
  if (op === 'remove') {
    // A different element may now be at this index.
    return Array.isArray(parent) ? undefined : !has(parent, last);
  }
  if (op === 'add' && Array.isArray(parent)) return parent.some((each) => isSameJson(each, value));
  return has(parent, last) && isSameJson(lookUp(object, keys), value);
}

function defectOf(
  { op, path, from, value }: PatchOperation,
  object: unknown,
  index: number,
): PatchDefect | undefined {
  if (from !== undefined && (op === 'move' || op === 'copy')) {
    const missing = missingAt(segments(from), object);
    if (missing !== undefined) return notThere(index, op, from, missing, object);
  }
  const keys = segments(path);
  const needed = op === 'add' || op === 'move' || op === 'copy' ? keys.slice(0, -1) : keys;
  const missing = missingAt(needed, object);
  if (missing === undefined) return op === 'test' ? untrue(index, path, value, object) : undefined;
  const defect = notThere(index, op, path, missing, object);
  // The parent of the added key does not exist yet and must be added first.
  const parent = keys.slice(0, -1);
  if (op === 'add' && missing === parent.length - 1 && !FREE_MAPS.test(parent[missing - 1] ?? '')) {
    const whole = { op: 'add', path: pointer(parent), value: { [keys.at(-1) ?? '']: value } };
    return { ...defect, remedy: `Add the parent as a whole: ${JSON.stringify(whole)}` };
  }
  return defect;
}

/** The server would only report an invalid request. The value may be private, so it is not shown. */
function untrue(index: number, path: string, value: unknown, object: unknown): PatchDefect | undefined {
  if (isSameJson(lookUp(object, segments(path)), value)) return undefined;
  const message = `test ${path}: the object has a different value.`;
  return {
    index,
    message,
    remedy: 'Read the object again, then correct the value or the patch.',
  };
}

function notThere(index: number, op: string, path: string, missing: number, object: unknown): PatchDefect {
  const keys = segments(path);
  const message = `${op} ${path}: the object has no ${pointer(keys.slice(0, missing + 1))}.`;
  const corrected = withSlashInKey(keys, missing, object);
  if (corrected !== undefined)
    return { index, message, remedy: `Write a slash inside a key as ~1: ${corrected}` };
  const around = lookUp(object, keys.slice(0, missing));
  const names = around !== null && typeof around === 'object' ? Object.keys(around).slice(0, 8) : [];
  const there = names.length > 0 ? ` Existing keys: ${names.join(', ')}.` : '';
  return { index, message, remedy: `Correct the path, or add the missing parent first.${there}` };
}

/** The path with the segments from the missing one on joined into one key, if such a key exists or is likely. */
function withSlashInKey(keys: readonly string[], missing: number, object: unknown): string | undefined {
  const around = lookUp(object, keys.slice(0, missing));
  for (let end = keys.length; end > missing + 1; end -= 1) {
    const joined = keys.slice(missing, end).join('/');
    if (has(around, joined)) return pointer([...keys.slice(0, missing), joined, ...keys.slice(end)]);
  }
  const isFree = FREE_MAPS.test(keys[missing - 1] ?? '');
  return isFree && keys.length > missing + 1
    ? pointer([...keys.slice(0, missing), keys.slice(missing).join('/')])
    : undefined;
}

/** The index of the first segment that does not exist. */
function missingAt(keys: readonly string[], object: unknown): number | undefined {
  let value = object;
  for (const [index, key] of keys.entries()) {
    if (!has(value, key)) return index;
    value = (value as Record<string, unknown>)[key];
  }
  return undefined;
}

function lookUp(object: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (has(value, key) ? (value as Record<string, unknown>)[key] : undefined),
    object,
  );
}

function has(value: unknown, key: string): boolean {
  if (value === null || typeof value !== 'object') return false;
  return Array.isArray(value) ? /^\d+$/.test(key) && Number(key) < value.length : Object.hasOwn(value, key);
}

function segments(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Applies an operation without a defect. */
function applied({ op, path, value, from }: PatchOperation, object: unknown): unknown {
  if (op === 'test') return object;
  const moved = from === undefined ? value : lookUp(object, segments(from));
  if (op === 'move' && from !== undefined)
    return applied({ op: 'add', path, value: moved }, applied({ op: 'remove', path: from }, object));
  const keys = segments(path);
  const last = keys.at(-1);
  // An empty path is the whole object.
  if (last === undefined) return op === 'remove' ? undefined : moved;
  const next = structured(object);
  const parent = lookUp(next, keys.slice(0, -1));
  if (Array.isArray(parent)) {
    const at = last === '-' ? parent.length : Number(last);
    if (op === 'remove') parent.splice(at, 1);
    else if (op === 'replace') parent[at] = value;
    else parent.splice(at, 0, moved);
  } else if (parent !== null && typeof parent === 'object') {
    if (op === 'remove') delete (parent as Record<string, unknown>)[last];
    else (parent as Record<string, unknown>)[last] = moved;
  }
  return next;
}

function structured(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
