import { resolve } from 'node:path';
import type { ProbeContext } from '../../model/box.ts';
import type { Verdict } from '../../model/check.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import { compareValues } from '../compare-values.ts';
import type { Machine } from '../machine.ts';
import { quoted } from '../remote/quoted.ts';
import { answers } from './answers.ts';
import type { ProbeEvaluation } from './probe-evaluation.ts';

type Structured = ProbeOf<'json' | 'yaml' | 'ini'>;

/** Reads a structured file and compares the value at a path of keys. */
async function probeStructured(probe: Structured, context: ProbeContext, machine: Machine): Promise<Verdict> {
  const { kind, key, comparator, value } = probe;
  const path = resolve(context.folder, probe.path);
  const say = answers(`${path}: ${key} ${comparator} ${value}`);
  const reading = machine.read(path);
  if (reading.kind === 'denied') return say.unknown('permission', `no permission to read ${path}`);
  if (reading.kind === 'gone') return say.fail('missing', `${path} is missing`);
  const parsed = await parse(kind, reading.value.toString('utf8'));
  if ('problem' in parsed)
    return say.fail('syntax', `${path} is not valid ${kind.toUpperCase()}: ${parsed.problem}`);
  const found = at(parsed.value, key);
  if (found === undefined) return say.fail('no-key', `${path} has no ${key}`);
  const actual = typeof found === 'string' ? found : JSON.stringify(found);
  const holds = compareValues(actual, comparator, value);
  if (holds === undefined) return say.unknown('not-a-number', `${key} is not a number`);
  return say[holds ? 'pass' : 'fail']('value', actual.slice(0, 200));
}

type Parsed = { readonly value: unknown } | { readonly problem: string };

async function parse(kind: Structured['kind'], text: string): Promise<Parsed> {
  try {
    if (kind === 'json') return { value: JSON.parse(text) };
    if (kind === 'ini') return { value: parseIni(text) };
    const { parseYaml } = await import('../parse-yaml.ts');
    return { value: parseYaml(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: message.split('\n')[0] ?? '' };
  }
}

/** Sections of `key = value` or `key: value`; keys before the first section are at the top. A repeated section continues. */
function parseIni(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  const sections = new Map<string, Record<string, unknown>>();
  let section = root;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const header = /^\[([^\]]+)\]$/.exec(line)?.[1];
    const pair = /^(?:export\s+)?([^=:#;[\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (header !== undefined) {
      section = sections.get(header.trim()) ?? {};
      sections.set(header.trim(), section);
    } else if (pair) section[pair[1]!] = unquoted(pair[2]!);
  }
  return { ...root, ...Object.fromEntries(sections) };
}

function unquoted(text: string): string {
  return (
    /^"(.*)"$|^'(.*)'$/
      .exec(text)
      ?.slice(1)
      .find((each) => each !== undefined) ?? text
  );
}

/** A key may have dots itself (`app.kubernetes.io/name`), so the longest that exists is taken first. */
function at(value: unknown, key: string): unknown {
  if (key === '' || key === '.') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const parts = key
    .replace(/^\./, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.');
  for (let length = parts.length; length > 0; length--) {
    const own = parts.slice(0, length).join('.');
    if (!Object.hasOwn(value, own)) continue;
    const inner = (value as Record<string, unknown>)[own];
    const found = length === parts.length ? inner : at(inner, parts.slice(length).join('.'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same for all formats. */
export const structuredEvaluation = {
  evaluate: probeStructured,
  fragments: ({ path }: Structured, { folder }: ProbeContext) => [`r ${quoted(resolve(folder, path))}`],
} satisfies ProbeEvaluation<'json'> & ProbeEvaluation<'yaml'> & ProbeEvaluation<'ini'>;
