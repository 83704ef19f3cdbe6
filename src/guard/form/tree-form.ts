import { parseAllDocuments } from 'yaml';
import {
  amountOf,
  resourceOf,
  type ScriptWait,
  type Size,
  type WaitRole,
  waitedByTries,
  waitRole,
  waitValue,
} from './knobs.ts';

/** A text without waits and sizes, and the removed values. */
export interface TreeForm {
  /** The whole text in canonical spelling. */
  readonly exact: string;
  /** The same without waits and sizes; empty if there was nothing else. */
  readonly core: string;
  readonly waits: readonly ScriptWait[];
  readonly sizes: readonly Size[];
  /** False: it could not be parsed, so the core is just its text. */
  readonly parsed: boolean;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The form of YAML or JSON text, with all its documents. Undefined: it is not a mapping or list, or is nested too
 * deeply.
 */
export function treeForm(text: string): TreeForm | undefined {
  if (/(?:[[{]\s*){100}/.test(text)) return undefined;
  const documents = parseTrees(text);
  if (documents === undefined || !documents.some((each) => typeof each === 'object' && each !== null))
    return undefined;
  const found: Found = { waits: [], sizes: [] };
  const cores = documents.map((each) => strip(each, '', found));
  return {
    exact: documents.map(canonical).join('\n'),
    core: cores
      .filter((each) => each !== undefined)
      .map(canonical)
      .join('\n'),
    waits: found.waits,
    sizes: found.sizes,
    parsed: true,
  };
}

/** Aliases are bounded, so that a short text cannot expand into a huge tree. */
function parseTrees(text: string): readonly Json[] | undefined {
  try {
    const documents = [...parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false })];
    if (documents.some((each) => each.errors.length > 0)) return undefined;
    return documents.map((each) => each.toJS({ maxAliasCount: 100 }) as Json).filter((each) => each !== null);
  } catch {
    return undefined;
  }
}

/** Sorts keys, because their order has no meaning in YAML and JSON. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

interface Found {
  readonly waits: ScriptWait[];
  readonly sizes: Size[];
}

/** The value without waits and sizes, which are added to `found`. Undefined: nothing remains. */
function strip(value: Json, path: string, found: Found): Json | undefined {
  if (Array.isArray(value)) {
    return keptOr(value, value.map((each, index) => strip(each, `${path}[${index}]`, found)).filter(isKept));
  }
  if (!isMap(value)) return value;
  return stripPatch(value, path, found) ?? keptOr(value, stripMap(value, path, found));
}

/** Removes what became empty by stripping; keeps what was written empty. */
function keptOr<T extends Json>(before: Json, after: T): T | undefined {
  return Object.keys(after as object).length === 0 && Object.keys(before as object).length > 0
    ? undefined
    : after;
}

function stripMap(map: { readonly [key: string]: Json }, path: string, found: Found): Json {
  const tries: { count?: number; interval?: number } = {};
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(map)) {
    const role = waitRole(key);
    const ms = role && isScalar(value) ? waitValue(role, key, String(value)) : undefined;
    if (role && ms !== undefined) noteWait(role, key, ms, tries, found);
    else if (!noteSize(key, value, `${path}.${key}`, found)) {
      const rest = strip(value, `${path}.${key}`, found);
      if (rest !== undefined) kept[key] = rest;
    }
  }
  if (tries.count !== undefined || tries.interval !== undefined) {
    const ms = waitedByTries(tries.count, tries.interval);
    found.waits.push({ kind: 'delay', slot: `${path} tries`, ms, where: 'tree' });
  }
  return kept;
}

function noteWait(
  role: WaitRole,
  key: string,
  value: number,
  tries: { count?: number; interval?: number },
  found: Found,
): void {
  if (role === 'count' || role === 'interval') tries[role] = value;
  else found.waits.push({ kind: role, slot: key, ms: value, where: 'tree' });
}

function noteSize(key: string, value: Json, path: string, found: Found): boolean {
  const resource = resourceOf(key);
  const amount = resource && isScalar(value) ? amountOf(resource, String(value)) : undefined;
  if (!resource || amount === undefined) return false;
  found.sizes.push({ resource, slot: path, amount, isLimit: /limit/i.test(path) });
  return true;
}

/** An operation of a JSON patch (RFC 6902) sets the last segment of its path. */
function stripPatch(map: { readonly [key: string]: Json }, path: string, found: Found): Json | undefined {
  const { op, path: pointer, value } = map;
  if (typeof op !== 'string' || typeof pointer !== 'string' || value === undefined) return undefined;
  const key = pointer.split('/').at(-1)!;
  const before = found.waits.length + found.sizes.length;
  const rest = stripMap(
    { [key]: value },
    `${path}${pointer.replace(/\/[^/]*$/, '').replaceAll('/', '.')}`,
    found,
  );
  return found.waits.length + found.sizes.length > before
    ? { path: pointer, ...(rest as object) }
    : undefined;
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: Json): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isKept(value: Json | undefined): value is Json {
  return value !== undefined;
}
