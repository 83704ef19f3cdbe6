import { type Document, isScalar, parseAllDocuments, type Scalar, type Tags, visit } from 'yaml';
import type { KubeObject } from '../../model/cluster/kube.ts';

/** Values for `${NAME}`. */
export interface Substitution {
  /** Replaces the known names. */
  replace(text: string): string;
  /** Whether a text contains the value of a secret. Such a value always stays a string. */
  holdsSecret(text: string): boolean;
}

/** The objects, or the first error and its line in the text (from 1). */
export type ReadDocuments =
  | { readonly ok: true; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly message: string; readonly line: number };

/**
 * Reads every document of a manifest as kubectl does: YAML 1.1, so that `defaultMode: 0644` is octal, but without its
 * dates and base-60 numbers, which Go's parser does not support either. Skips empty documents and expands Lists.
 * `${NAME}` is replaced after parsing, inside scalars; if it is a whole plain scalar, it gets the type of its value,
 * unless that is a secret.
 */
export function readDocuments(text: string, substitution?: Substitution): ReadDocuments {
  const read = readValues(text, substitution);
  if (!read.ok) return read;
  const objects: KubeObject[] = [];
  for (const { value, line } of read.values) {
    for (const object of flattened(value)) {
      const defect = defectOf(object);
      if (defect) return { ok: false, message: defect, line };
      objects.push(object as KubeObject);
    }
  }
  return { ok: true, objects };
}

/** The same for documents that are not objects, such as patches. */
export function readValues(
  text: string,
  substitution?: Substitution,
):
  | { ok: true; values: readonly { value: unknown; line: number }[] }
  | { ok: false; message: string; line: number } {
  // A tab before `{` is invalid YAML but valid JSON.
  const json = plainJson(text);
  if (json !== undefined && !text.includes('${')) return { ok: true, values: [{ value: json, line: 1 }] };
  const documents = parseAllDocuments(text, { version: '1.1', customTags: withoutTimes, prettyErrors: true });
  const values: { value: unknown; line: number }[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    // Later lines of the message quote the text, which may contain a secret.
    if (error)
      return {
        ok: false,
        message: error.message.split('\n')[0]!.replace(/ at line .*$/, '.'),
        line: error.linePos?.[0].line ?? 1,
      };
    if (document.contents === null) continue;
    if (substitution) replaceIn(document, substitution);
    const value = plain(document.toJS({ maxAliasCount: 1000 }));
    if (value === null || value === undefined) continue;
    values.push({ value, line: lineAt(text, document.range[0]) });
  }
  return { ok: true, values };
}

function plainJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutTimes(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || (tag as { format?: string }).format !== 'TIME')
    .filter(
      (tag) => typeof tag === 'string' || (tag as { tag?: string }).tag !== 'tag:yaml.org,2002:timestamp',
    );
}

function replaceIn(document: Document, { replace, holdsSecret }: Substitution): void {
  visit(document, {
    Scalar: (_key, node: Scalar) => {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const replaced = replace(node.value);
      const isWhole = node.type === 'PLAIN' && /^\$\{[A-Za-z_]\w*\}$/.test(node.value);
      node.value = isWhole && !holdsSecret(replaced) ? typed(replaced) : replaced;
    },
  });
}

/** The value of a plain scalar with this text; text that is not a scalar stays a string. */
function typed(text: string): unknown {
  const [document] = parseAllDocuments(text, { version: '1.1', customTags: withoutTimes });
  if (!document || !('contents' in document) || document.errors.length > 0) return text;
  const node = document.contents;
  if (!isScalar(node) || node.type !== 'PLAIN') return text;
  return typeof node.value === 'number' || typeof node.value === 'boolean' ? node.value : text;
}

/** Converts sets, maps and bytes of YAML 1.1 to JSON. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, each]) => [String(key), plain(each)]));
  if (value instanceof Set) return Object.fromEntries([...value].map((key) => [String(key), null]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function flattened(value: unknown): unknown[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items.flatMap(flattened)
    : [value];
}

function defectOf(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return 'Each document must be a Kubernetes object.';
  const { apiVersion, kind, metadata } = value as KubeObject;
  if (typeof apiVersion !== 'string') return 'An object has no apiVersion.';
  if (typeof kind !== 'string') return 'An object has no kind.';
  if (metadata?.generateName !== undefined && metadata.name === undefined) {
    return `A ${kind} has generateName instead of metadata.name, so each pass would create another one.`;
  }
  if (typeof metadata?.name !== 'string' || metadata.name === '') return `A ${kind} has no metadata.name.`;
  return undefined;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
