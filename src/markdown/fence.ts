/** A parsed info string: the language and the attributes after it. */
export interface Info {
  /** First word in lower case; empty if missing. */
  readonly language: string;
  /** Every value as text. A JSON number or boolean is kept as written. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Why the text in braces could not be parsed. */
  readonly unreadable?: string;
}

/** Shared by the many fences without attributes. */
export const NO_ATTRIBUTES: Info['attributes'] = {};

/**
 * Parses the info string of a fence: a language, then one flat JSON object or runme's `{ key=value other="two words"
 * }`. Words outside of braces (`title=…`, `copy`) belong to other tools and are ignored.
 */
export function readInfo(info: string): Info {
  const language = /^[^\s{]*/.exec(info)![0].toLowerCase();
  const brace = info.indexOf('{');
  if (brace < 0) return { language, attributes: NO_ATTRIBUTES };
  const written = info.slice(brace).trim();
  const json = readJson(written);
  if (json) return { language, attributes: json };
  return { language, ...readPairs(written) };
}

function readJson(written: string): Record<string, string> | undefined {
  try {
    const entries = Object.entries(JSON.parse(written) as Record<string, unknown>);
    if (!entries.every(([key, value]) => SCALARS.has(typeof value) || isTagList(key, value)))
      return undefined;
    return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
  } catch {
    return undefined;
  }
}

/** runme writes `"tags":["a","b"]`, which is read as `a,b`. */
function isTagList(key: string, value: unknown): boolean {
  return ['tag', 'tags', 'category'].includes(key) && Array.isArray(value);
}

const SCALARS = new Set(['string', 'number', 'boolean']);

const PAIR = /\s*([A-Za-z][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'{}]+))(?=[\s}])/y;

function readPairs(written: string): Pick<Info, 'attributes' | 'unreadable'> {
  if (/^\{\s*"/.test(written)) return unreadable('expected a flat JSON object of strings');
  const attributes: [string, string][] = [];
  let at = 1;
  for (;;) {
    PAIR.lastIndex = at;
    const pair = PAIR.exec(written);
    if (!pair) break;
    const [, key = '', double, single, bare] = pair;
    attributes.push([key, double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '']);
    at = PAIR.lastIndex;
  }
  const isWhole = /^\s*\}$/.test(written.slice(at));
  return isWhole
    ? { attributes: Object.fromEntries(attributes) }
    : unreadable('expected JSON or key=value pairs');
}

function unreadable(reason: string): Pick<Info, 'attributes' | 'unreadable'> {
  return { attributes: {}, unreadable: reason };
}
