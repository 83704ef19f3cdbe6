import type { Action, ActionBase, ShellAction } from '../model/action.ts';
import type { Span } from '../model/place.ts';
import { type Attributes, readAttributes } from './attributes.ts';
import { type CodeBlock, type FenceBlock, type SourceLine, textOfLines } from './commonmark/block.ts';
import { type Info, readInfo } from './fence.ts';
import { present } from './record/present.ts';
import type { Report } from './report.ts';
import type { DocumentText } from './source.ts';

/** Long enough to pull an image, short enough to fail within the working day. */
const DEFAULT_TIMEOUT_MS = 1_800_000;

/** The interpreters of languages that run without attributes. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash'],
  sh: ['sh'],
  zsh: ['zsh'],
  shell: ['bash'],
  console: ['bash'],
};

/** More shells, for documents of other tools (InnovationEngine's names for the Azure command line). */
const LOOSE_SHELLS: typeof SHELLS = {
  ...SHELLS,
  azurecli: ['bash'],
  'azurecli-interactive': ['bash'],
  'sh-session': ['bash'],
  'shell-session': ['bash'],
};

/** Programs for the other languages of a loose document, whose fences run if they have a name, as in runme. */
const LOOSE_PROGRAMS: typeof SHELLS = {
  javascript: ['node'],
  js: ['node'],
  lua: ['lua'],
  perl: ['perl'],
  php: ['php'],
  py: ['python3'],
  python: ['python3'],
  python3: ['python3'],
  rb: ['ruby'],
  ruby: ['ruby'],
};

/** Languages whose lines with `$ ` in front are commands, and whose other lines are output. */
const SESSIONS = new Set(['console', 'sh-session', 'shell-session']);

/**
 * Highlighted lines for documentation sites, as in ```bash {1,3-5}. These braces are not attributes; attributes may
 * follow.
 */
const HIGHLIGHTS = /\{[\d\s,-]*\}/;

/** Shells whose exported variables and directory carry over to the next fence. */
export const CARRYING = new Set(['bash', 'sh', 'zsh']);

const YAML = new Set(['yaml', 'yml', 'json']);

/** Code of a document, read without its context. */
export interface Code {
  readonly info: Info;
  readonly block: FenceBlock | CodeBlock;
  /** Which action it is. Undefined: documentation. */
  readonly acts?: Action['kind'];
  /** Whether it is a list of typed checks. */
  readonly isCheck: boolean;
}

/** Classifies a fence by its first line alone. Indented code is treated as the given language. */
export function readCode(
  block: FenceBlock | CodeBlock,
  options: { loose?: boolean; indented?: string } = {},
): Code {
  const written = block.kind === 'fence' ? block.info : (options.indented ?? '');
  const info = readInfo(options.loose ? written.replace(HIGHLIGHTS, '') : written);
  if (info.attributes.ignore?.toLowerCase() === 'true') return { info, block, isCheck: false };
  const named = 'name' in info.attributes ? LOOSE_PROGRAMS : undefined;
  const acts = kindOf(info, options.loose ? { ...LOOSE_SHELLS, ...named } : SHELLS);
  return { info, block, isCheck: info.language === 'check', ...(acts ? { acts } : {}) };
}

/** The attribute that selects an action decides, otherwise the language. A fence without a language never acts. */
function kindOf({ language, attributes }: Info, shells: typeof SHELLS): Action['kind'] | undefined {
  if (language === '' || language === 'check') return undefined;
  for (const kind of ['file', 'apply', 'registry', 'patch'] as const) if (kind in attributes) return kind;
  return 'interpreter' in attributes || Object.hasOwn(shells, language) ? 'shell' : undefined;
}

/** What every part of a step needs to read its code. */
export interface CodeReader {
  readonly source: DocumentText;
  readonly report: Report;
}

/** An action, with the attributes for its step or its check. */
export interface ReadAction {
  readonly action: Action;
  readonly attributes: Attributes;
}

/** Parses a fence into an action. Returns undefined, and reports an error or a warning, if that is impossible. */
export function readAction(
  { source, report }: CodeReader,
  code: Code,
  part: Action['part'],
): ReadAction | undefined {
  const { block, info, acts } = code;
  const at = block.span.start;
  if (info.unreadable) {
    const message = `The attributes of a fence must be valid. These cannot be parsed: ${info.unreadable}.`;
    report.error('bad-attributes', at, message, 'Write one flat JSON object, such as `{"timeout":"5m"}`.');
    return undefined;
  }
  const attributes = readAttributes(info, at, report);
  const text = codeText(source, block.lines);
  const base: ActionBase = {
    ...present({ name: attributes.name, cwd: attributes.cwd, user: attributes.user }),
    part,
    ...(SESSIONS.has(info.language) ? consoleCommands(text) : { text }),
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
    const message = `A fence must do one thing. This one has ${rival.map((key) => `\`${key}\``).join(' and ')}.`;
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
        const remedy = 'Write the objects in the fence, or name a file with `from`.';
        report.error('empty-apply', at, 'An apply fence must contain objects. This one is empty.', remedy);
      }
      if (from !== undefined && /\$\{|^\/|(?:^|\/)\.\.(?:\/|$)/.test(from)) {
        const remedy = 'Name a file below the folder of the document.';
        report.error(
          'bad-attribute',
          at,
          `\`from\` must be a relative path below the folder of the document. It is ${JSON.stringify(from)}.`,
          remedy,
        );
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
  const interpreter = attributes.interpreter ?? LOOSE_SHELLS[base.language] ?? LOOSE_PROGRAMS[base.language];
  if (!interpreter) return undefined;
  if (SESSIONS.has(base.language) && base.text === '') {
    const message =
      'Commands in a console fence must start with `$ `. No line of this fence does, so nothing runs.';
    const remedy = 'Start each command with `$ `, or change the language to `text`.';
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
  const message = `A fence with \`${kind}\` must be YAML or JSON. Its language is ${base.language}.`;
  report.error('bad-attribute', at, message, 'Change the language to `yaml` or `json`.');
  return false;
}

/** In a `console` fence only the lines after `$ ` run, with their `> ` continuation lines. The rest is output. */
export function consoleCommands(text: string): Required<Pick<ActionBase, 'text' | 'lines'>> {
  let isCommand = false;
  const commands = text.split('\n').flatMap((line, at) => {
    isCommand = line.startsWith('$ ') || (isCommand && /^>(?: |$)/.test(line));
    return isCommand ? [{ line: line.slice(2), at: at + 1 }] : [];
  });
  return { text: commands.map(({ line }) => `${line}\n`).join(''), lines: commands.map(({ at }) => at) };
}

/** The lines of code with LF and exactly one final newline. Empty if all lines are empty. */
export function codeText(source: DocumentText, lines: readonly SourceLine[]): string {
  const text = textOfLines(source.text, lines);
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end--;
  return end === 0 ? '' : `${text.slice(0, end)}\n`;
}

function firstLine(source: DocumentText, { kind, lines, span }: FenceBlock | CodeBlock): Span {
  if (lines[0]) return lines[0];
  const next = source.lineStarts[source.placeAt(span.start).line];
  return kind === 'fence' && next !== undefined ? { start: next, end: next } : span;
}
