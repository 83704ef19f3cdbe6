/** The result of a JSONPath in kubectl's dialect, or why it cannot be parsed. */
export type PathResult =
  | { readonly ok: true; readonly values: readonly unknown[] }
  | { readonly ok: false; readonly why: string };

type Part =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | {
      readonly kind: 'filter';
      readonly path: readonly string[];
      readonly operator: string;
      readonly value: unknown;
    };

/**
 * Evaluates a path such as `{.spec.replicas}`, `{.status.conditions[?(@.type=="Ready")].status}`,
 * `{.metadata.annotations['a\.b/c']}` or `{.items[*].name}` (kubernetes.io, JSONPath Support; without ranges and
 * functions).
 */
export function jsonPath(text: string, object: unknown): PathResult {
  const inner = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .trim()
    .replace(/^\$/, '');
  const parts = partsOf(inner);
  if (typeof parts === 'string') return { ok: false, why: parts };
  const values = parts.reduce<readonly unknown[]>(
    (found, part) => found.flatMap((value) => step(part, value)),
    [object],
  );
  return { ok: true, values };
}

const TOKEN =
  /^(?:\.((?:[^.[\]\\\s{}]|\\.)+)|\[(-?\d+)\]|\[\*\]|\.(\*)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[\?\(@((?:\.[\w-]+)+)\s*(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[\w.-]+)\)\])/;

function partsOf(text: string): Part[] | string {
  let rest = text.startsWith('.') || text.startsWith('[') || text === '' ? text : `.${text}`;
  if (rest === '.') return [];
  const parts: Part[] = [];
  while (rest !== '') {
    const found = TOKEN.exec(rest);
    if (!found) return `"${rest}" is not a supported part of a path`;
    const [whole, field, index, star, single, double, path, operator, value] = found;
    rest = rest.slice(whole.length);
    if (path !== undefined && operator !== undefined && value !== undefined) {
      parts.push({ kind: 'filter', path: path.slice(1).split('.'), operator, value: literal(value) });
    } else if (index !== undefined) parts.push({ kind: 'index', index: Number(index) });
    else if (whole === '[*]' || star !== undefined || field === '*') parts.push({ kind: 'each' });
    else parts.push({ kind: 'field', name: (field ?? single ?? double ?? '').replace(/\\(.)/g, '$1') });
  }
  return parts;
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function step(part: Part, value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  switch (part.kind) {
    case 'field': {
      const found = Object.hasOwn(value, part.name)
        ? (value as Record<string, unknown>)[part.name]
        : undefined;
      return found === undefined ? [] : [found];
    }
    case 'index':
      return Array.isArray(value) && value.at(part.index) !== undefined ? [value.at(part.index)] : [];
    case 'each':
      return Object.values(value);
    case 'filter':
      return Object.values(value).filter((each) => {
        const own = part.path.reduce<unknown>(
          (inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key],
          each,
        );
        return compare(own, part.operator, part.value);
      });
  }
}

function compare(a: unknown, operator: string, b: unknown): boolean {
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
