import type { Action, ActionBase, ShellAction } from '../model/action.ts';
import type { Span } from '../model/place.ts';
import { type Attributes, readAttributes } from './attributes.ts';
import { type CodeBlock, type FenceBlock, type SourceLine, textOf } from './commonmark/block.ts';
import { type Info, readInfo } from './fence.ts';
import { present } from './record/present.ts';
import type { Report } from './report.ts';
import type { Source } from './source.ts';

/** Half an hour: long enough for an image to be pulled, short enough to end before the working day does. */
const DEFAULT_TIMEOUT_MS = 1_800_000;

/** Languages that run as they are, and in what. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash'],
  sh: ['sh'],
  zsh: ['zsh'],
  shell: ['bash'],
  console: ['bash'],
};

/** Also shells in documents of other tools (InnovationEngine's names for the Azure command line). */
const LOOSE_SHELLS: typeof SHELLS = {
  ...SHELLS,
  azurecli: ['bash'],
  'azurecli-interactive': ['bash'],
};

/** Lines that a documentation site shows in colour, as in ```bash {1,3-5}: no attributes, and what stands behind may be some. */
const HIGHLIGHTS = /\{[\d\s,-]*\}/;

/** Shells whose exported variables and directory carry to the next fence. */
const CARRYING = new Set(['bash', 'sh', 'zsh']);

const YAML = new Set(['yaml', 'yml', 'json']);

/** Code of a document, as far as it can be read without knowing where it stands. */
export interface Code {
  readonly info: Info;
  readonly block: FenceBlock | CodeBlock;
  /** How it acts; undefined: it is documentation. */
  readonly acts?: Action['kind'];
  /** It is a list of typed checks. */
  readonly isCheck: boolean;
}

/** Reads what a fence is from its first line alone; indented code counts as the language given for it. */
export function readCode(
  block: FenceBlock | CodeBlock,
  options: { loose?: boolean; indented?: string } = {},
): Code {
  const written = block.kind === 'fence' ? block.info : (options.indented ?? '');
  const info = readInfo(options.loose ? written.replace(HIGHLIGHTS, '') : written);
  if (info.attributes.ignore?.toLowerCase() === 'true') return { info, block, isCheck: false };
  const acts = kindOf(info, options.loose ? LOOSE_SHELLS : SHELLS);
  return { info, block, isCheck: info.language === 'check', ...(acts ? { acts } : {}) };
}

/** The attribute that makes a fence act decides; without one its language does. Without a language nothing does. */
function kindOf({ language, attributes }: Info, shells: typeof SHELLS): Action['kind'] | undefined {
  if (language === '' || language === 'check') return undefined;
  for (const kind of ['file', 'apply', 'registry', 'patch'] as const) if (kind in attributes) return kind;
  return 'interpreter' in attributes || Object.hasOwn(shells, language) ? 'shell' : undefined;
}

/** What every part of a step needs to read its code. */
export interface CodeReader {
  readonly source: Source;
  readonly report: Report;
}

/** An action, with the attributes that concern its step or its check. */
export interface ReadAction {
  readonly action: Action;
  readonly attributes: Attributes;
}

/**
 * Reads an acting fence into an action. Undefined, with an error or a warning in the report, where nothing can be made
 * of it.
 */
export function readAction(
  { source, report }: CodeReader,
  code: Code,
  part: Action['part'],
): ReadAction | undefined {
  const { block, info, acts } = code;
  const at = block.span.start;
  if (info.unreadable) {
    const message = `The attributes of this fence cannot be read: ${info.unreadable}.`;
    report.error('bad-attributes', at, message, 'Write one flat JSON object, such as `{"timeout":"5m"}`.');
    return undefined;
  }
  const attributes = readAttributes(info, at, report);
  const text = codeText(source, block.lines);
  const base: ActionBase = {
    ...present({ name: attributes.name, cwd: attributes.cwd, user: attributes.user }),
    part,
    text: info.language === 'console' ? consoleCommands(text) : text,
    language: info.language,
    attributes: info.attributes,
    timeoutMs: attributes.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    always: attributes.always,
    span: block.span,
    place: source.placeAt(at),
    textPlace: source.placeAt(firstLine(source, block).start),
  };
  const rival = (['file', 'apply', 'registry', 'patch', 'interpreter'] as const).filter(
    (key) => key in info.attributes,
  );
  if (rival.length > 1) {
    const message = `This fence says ${rival.map((key) => `\`${key}\``).join(' and ')}, but one fence does one thing.`;
    report.error('conflicting-attributes', at, message, 'Keep one of them, or write two fences.');
    return undefined;
  }
  const action = acts && finish({ base, attributes, kind: acts, report, at });
  return action && { action, attributes };
}

interface Draft {
  readonly base: ActionBase;
  readonly attributes: Attributes;
  readonly kind: Action['kind'];
  readonly report: Report;
  readonly at: number;
}

function finish({ base, attributes, kind, report, at }: Draft): Action | undefined {
  const { file, mode, owner, from, namespace, registry, patch, type } = attributes;
  switch (kind) {
    case 'shell':
      return shellAction(base, attributes, report, at);
    case 'file':
      return file === undefined ? undefined : { kind, ...base, path: file, ...present({ mode, owner }) };
    case 'apply':
      if (!attributes.apply || !isYaml(base, kind, report, at)) return undefined;
      if (base.text.trim() === '' && from === undefined) {
        const remedy = 'Write the objects, or name a file with `from`.';
        report.error('empty-apply', at, 'There is nothing to apply.', remedy);
      }
      if (from !== undefined && /\$\{|^\/|(?:^|\/)\.\.(?:\/|$)/.test(from)) {
        const remedy =
          'Name one file below the folder of the document: its content is approved with the document.';
        report.error('bad-attribute', at, `\`from\` is ${JSON.stringify(from)}.`, remedy);
      }
      return { kind, ...base, ...present({ from, namespace }) };
    case 'registry':
      if (registry === undefined || !isYaml(base, kind, report, at)) return undefined;
      return { kind, ...base, secret: registry, namespace: namespace ?? 'default' };
    case 'patch':
      if (patch === undefined || !isYaml(base, kind, report, at)) return undefined;
      return { kind, ...base, target: patch, namespace: namespace ?? 'default', type: type ?? 'strategic' };
  }
}

function shellAction(
  base: ActionBase,
  attributes: Attributes,
  report: Report,
  at: number,
): ShellAction | undefined {
  const interpreter = attributes.interpreter ?? LOOSE_SHELLS[base.language];
  if (!interpreter) return undefined;
  if (base.language === 'console' && base.text === '') {
    const message = 'Nothing in this console fence runs: no line starts with `$ `.';
    const remedy = 'Start each command with `$ `, or call the fence `text`.';
    report.warning('console-without-commands', at, message, remedy);
    return undefined;
  }
  return {
    kind: 'shell',
    ...base,
    interpreter,
    carries: interpreter.length === 1 && CARRYING.has(interpreter[0]!),
    interactive: attributes.interactive,
    background: attributes.background,
  };
}

function isYaml(base: ActionBase, kind: Action['kind'], report: Report, at: number): boolean {
  if (YAML.has(base.language)) return true;
  const message = `A fence with \`${kind}\` holds YAML or JSON, but its language is ${base.language}.`;
  report.error('bad-attribute', at, message, 'Call the fence `yaml` or `json`.');
  return false;
}

/** In a `console` fence only lines after `$ ` run, and the `> ` lines that continue them; the rest is output. */
export function consoleCommands(text: string): string {
  let isCommand = false;
  const commands = text.split('\n').flatMap((line) => {
    isCommand = line.startsWith('$ ') || (isCommand && /^>(?: |$)/.test(line));
    return isCommand ? [line.slice(2)] : [];
  });
  return commands.map((line) => `${line}\n`).join('');
}

/** The lines of code with LF and exactly one final newline; no line, or nothing but empty ones, is empty. */
export function codeText(source: Source, lines: readonly SourceLine[]): string {
  const text = textOf(source.text, lines);
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return end === 0 ? '' : `${text.slice(0, end)}\n`;
}

function firstLine(source: Source, { kind, lines, span }: FenceBlock | CodeBlock): Span {
  if (lines[0]) return lines[0];
  const next = source.lineStarts[source.placeAt(span.start).line];
  return kind === 'fence' && next !== undefined ? { start: next, end: next } : span;
}
