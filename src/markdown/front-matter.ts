import { parseDocument } from 'yaml';
import { refusedName } from '../model/refused-names.ts';
import type { FrontMatter } from '../model/runbook.ts';
import { readRequirement } from './checks/requirement.ts';
import type { Report } from './report.ts';
import type { DocumentText } from './source.ts';

/** The front matter, and where the markdown after it starts. */
export interface ReadFrontMatter {
  readonly frontMatter: FrontMatter;
  /** The whole mapping, including unknown keys. */
  readonly mapping: Readonly<Record<string, unknown>>;
  /** Offset of the first line of markdown, after a BOM. */
  readonly bodyStart: number;
}

/** In characters. Two rules far apart in a long text are not front matter, and YAML parsers are not linear. */
const LONGEST = 65_536;

/**
 * Reads the front matter: a first line `---`, closed by another `---`, around a YAML mapping. Anything else is
 * markdown (a thematic break). Only broken YAML that contains `runbook` is an error, because it was meant for this
 * program.
 */
export function readFrontMatter(source: DocumentText, report: Report): ReadFrontMatter {
  const start = source.text.startsWith('\uFEFF') ? 1 : 0;
  const markdownOnly = { frontMatter: { requires: [], env: {} }, mapping: {}, bodyStart: start };
  const found = findFrontMatter(source, start);
  if (!found) return markdownOnly;
  const { value, problem } = parseYaml(found.yaml);
  const mapping = asMapping(value);
  if (mapping) {
    const frontMatter = { span: { start, end: found.end }, ...readKeys(mapping, keyPlaces(found), report) };
    return { frontMatter, mapping, bodyStart: found.end };
  }
  if (problem && RUNBOOK_KEY.test(found.yaml)) {
    const message = `The front matter must be valid YAML: ${problem.message}`;
    report.error(
      'bad-front-matter',
      found.start + problem.at,
      message,
      'Fix the YAML between the two `---` lines.',
    );
  }
  return markdownOnly;
}

const RUNBOOK_KEY = /^["']?runbook["']?\s*:/m;

interface Found {
  readonly yaml: string;
  /** Offset of the YAML. */
  readonly start: number;
  /** Offset after the closing line. */
  readonly end: number;
}

function findFrontMatter({ text, lineStarts }: DocumentText, start: number): Found | undefined {
  const isMark = (from: number, to: number | undefined) =>
    text.startsWith('---', from) &&
    text.slice(from + 3, Math.min(to ?? text.length, from + 80)).trim() === '';
  const yamlStart = lineStarts[1];
  if (yamlStart === undefined || !isMark(start, yamlStart)) return undefined;
  for (let index = 1; index < lineStarts.length && lineStarts[index]! < LONGEST; index++) {
    const [from, to] = [lineStarts[index]!, lineStarts[index + 1]];
    if (isMark(from, to))
      return { yaml: inYamlLines(text.slice(yamlStart, from)), start: yamlStart, end: to ?? text.length };
  }
  return undefined;
}

/** A lone CR ends a line here and in YAML 1.2, but not in the YAML parser. Offsets do not change. */
export function inYamlLines(text: string): string {
  return text.replace(/\r(?!\n)/g, '\n');
}

interface ParsedYaml {
  readonly value?: unknown;
  readonly problem?: { readonly message: string; readonly at: number };
}

/** Never throws: an alias bomb or deeply nested brackets are reported like any other error. */
function parseYaml(yaml: string): ParsedYaml {
  try {
    const document = parseDocument(yaml, { logLevel: 'silent' });
    const error = document.errors[0];
    if (!error) return { value: document.toJS({ maxAliasCount: 100 }) };
    return { problem: { message: error.message.split('\n')[0]!.replace(/:$/, '.'), at: error.pos[0] } };
  } catch (error) {
    return { problem: { message: error instanceof Error ? error.message : String(error), at: 0 } };
  }
}

/** The offset of a key, or of a name inside that key's value, for messages. */
type PlaceOf = (key: string, name?: string) => number;

function keyPlaces({ yaml, start }: Found): PlaceOf {
  return (key, name) => {
    const at = Math.max(0, yaml.search(new RegExp(`^["']?${key}["']?\\s*:`, 'm')));
    const within = name === undefined ? 0 : yaml.slice(at).search(new RegExp(`(?<!\\w)${name}["']?\\s*:`));
    return start + at + Math.max(0, within);
  };
}

/** Reports that a key has an invalid value, with an example. */
type Bad = (key: string, example: string) => void;

/** Without `runbook:` the mapping may belong to another tool. Then valid keys are read and others are ignored. */
function readKeys(
  mapping: Record<string, unknown>,
  placeOf: PlaceOf,
  report: Report,
): Omit<FrontMatter, 'span'> {
  const { runbook, name, box, requires, env, parity } = mapping;
  const bad: Bad = (key, example) => {
    if (runbook === undefined) return;
    const message = `The value of \`${key}\` in the front matter is not valid.`;
    report.error('bad-front-matter', placeOf(key), message, `Write it like \`${example}\`.`);
  };
  if (runbook !== undefined && runbook !== 1) bad('runbook', 'runbook: 1');
  if (name !== undefined && typeof name !== 'string') bad('name', 'name: argo-dev');
  return {
    ...(runbook === 1 ? { version: 1 as const } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...readSite(mapping, (key, message) =>
      report.error(
        'bad-front-matter',
        placeOf(key),
        message,
        'Write `base: ../AUTODOCK.md` and `site: st-mary`.',
      ),
    ),
    ...readBox(box, bad),
    requires: readRequires(requires, bad),
    env: withoutRefused(readEnv(env, bad), (name) => {
      if (runbook === undefined) return;
      const message = `\`env\` in the front matter must not set variables that can change which code programs run. ${name} is one of them.`;
      const remedy = 'Remove it, or export it in a fence for the fences after it.';
      report.error('refused-name', placeOf('env', name), message, remedy);
    }),
    ...readParity(parity, bad),
  };
}

/** Both keys make a site. One of them alone may belong to another tool. */
function readSite(
  { runbook, base, site }: Record<string, unknown>,
  refuse: (key: string, message: string) => void,
): Pick<FrontMatter, 'site'> {
  if (site === undefined && runbook === 1 && typeof base === 'string' && /\.(?:md|markdown)$/i.test(base))
    refuse('base', 'A document with a `base` must name its site.');
  if (base === undefined || site === undefined) return {};
  if (typeof base !== 'string' || base === '') {
    refuse('base', '`base` must be the path of a runbook, from the folder of this document.');
    return {};
  }
  if (typeof site === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(site))
    return { site: { base, name: site } };
  refuse('site', 'The name of a site must consist of letters, digits, `.`, `_` and `-`.');
  return {};
}

function readBox(box: unknown, bad: Bad): Pick<FrontMatter, 'box'> {
  if (box === undefined || box === null) return {};
  const { image, ports } = asMapping(box) ?? { ports: 'no mapping' };
  const arePorts = Array.isArray(ports) && ports.every(isPort);
  if ((image === undefined || typeof image === 'string') && (ports === undefined || arePorts)) {
    return { box: { ...(image === undefined ? {} : { image }), ...(arePorts ? { ports } : {}) } };
  }
  bad('box', 'box: { image: "debian:bookworm", ports: [8080] }');
  return {};
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

function readRequires(requires: unknown, bad: Bad): FrontMatter['requires'] {
  if (requires === undefined || requires === null) return [];
  const read = [requires]
    .flat()
    .map((each) => (typeof each === 'string' ? readRequirement(each) : undefined));
  if (read.includes(undefined)) bad('requires', 'requires: [curl, "kubectl >= 1.30", "disk /var >= 5GB"]');
  return read.filter((each) => each !== undefined);
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function readEnv(env: unknown, bad: Bad): FrontMatter['env'] {
  if (env === undefined || env === null) return {};
  const entries = Object.entries(asMapping(env) ?? { '': '' });
  if (entries.every(([name, value]) => NAME.test(name) && SCALARS.has(typeof value))) {
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  }
  bad('env', 'env: { KUBECONFIG: /etc/rancher/k3s/k3s.yaml }');
  return {};
}

/** The same names as for inputs and facts: they would affect every program, whatever a fence sets. */
function withoutRefused(env: FrontMatter['env'], refuse: (name: string) => void): FrontMatter['env'] {
  const refused = Object.keys(env).filter(refusedName);
  refused.forEach(refuse);
  return refused.length === 0
    ? env
    : Object.fromEntries(Object.entries(env).filter(([name]) => !refused.includes(name)));
}

function readParity(parity: unknown, bad: Bad): Pick<FrontMatter, 'parity'> {
  if (parity === undefined || parity === null) return {};
  const { expect } = asMapping(parity) ?? {};
  const lines = [expect].flat();
  if (lines.every((line) => typeof line === 'string')) return { parity: { expect: lines } };
  bad('parity', 'parity: { expect: ["argo-dev=argo-test", "packages:linux-*"] }');
  return {};
}

const SCALARS = new Set(['string', 'number', 'boolean']);

function asMapping(value: unknown): Record<string, unknown> | undefined {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMapping ? (value as Record<string, unknown>) : undefined;
}
