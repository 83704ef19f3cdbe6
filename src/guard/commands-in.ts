import { type ShellCommand, type ShellScript, shellScript } from './form/shell-script.ts';
import { type ShellWord, wordText } from './form/shell-word.ts';
import { afterWrappers } from './form/wrappers.ts';

/** One program that a script starts, without assignments and without wrappers such as `sudo -u app`. */
export interface StartedProgram {
  /** Name without its folder, and arguments. */
  readonly argv: readonly string[];
  /** Files that its redirections write. */
  readonly writes: readonly string[];
}

/** Deeper scripts inside scripts are not read. */
const MAX_DEPTH = 8;

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh']);

/** What a script starts: also in subshells, substitutions, `bash -c`, `eval`, here-documents for a shell, and after wrappers. */
export function commandsIn(text: string, depth = 0): StartedProgram[] {
  if (depth > MAX_DEPTH) return [];
  const script = shellScript(text);
  return script ? started(script, depth) : readRoughly(text);
}

function started(script: ShellScript, depth: number): StartedProgram[] {
  return script.flatMap((node) => {
    if (node.kind === 'joint') return [];
    if (node.kind === 'command') return startedBy(node, depth);
    return [
      ...node.over.flatMap((word) => substituted(word, depth)),
      ...started(node.condition, depth),
      ...started(node.body, depth),
    ];
  });
}

function startedBy({ words, redirects }: ShellCommand, depth: number): StartedProgram[] {
  const writes = redirects
    .filter(({ operator }) => /^(?:\d*|&|\{\w+\})>(?:>|\||&)?$/.test(operator))
    .map(({ word }) => wordText(word));
  const heredocs = redirects.flatMap(({ word }) => word.heredoc ?? []);
  const own = program(words.map(wordText), writes, heredocs, depth);
  const all = [...words, ...redirects.map(({ word }) => word)];
  return [...own, ...all.flatMap((word) => substituted(word, depth))];
}

const substituted = ({ pieces }: ShellWord, depth: number) =>
  pieces.flatMap((piece) => (typeof piece === 'string' ? [] : commandsIn(piece.script, depth + 1)));

function program(
  words: readonly string[],
  writes: readonly string[],
  heredocs: readonly string[],
  depth: number,
): StartedProgram[] {
  const [path = '', ...rest] = words.slice(afterWrappers(words, { all: true }));
  const name = path.replace(/^.*\//, '');
  const inner = innerScripts(name, rest, heredocs);
  if (inner) {
    const nested = inner.flatMap((script) => commandsIn(script, depth + 1));
    return writes.length > 0 ? [{ argv: [name], writes }, ...nested] : nested;
  }
  if (name === 'find') return [{ argv: [path, ...rest], writes }, ...executedByFind(rest, depth)];
  return name === '' && writes.length === 0 ? [] : [{ argv: [path, ...rest], writes }];
}

/** The scripts that a shell or `eval` runs. Undefined: it runs none that can be read here. */
function innerScripts(
  name: string,
  rest: readonly string[],
  heredocs: readonly string[],
): readonly string[] | undefined {
  if (name === 'eval') return [rest.join(' ')];
  if (name === 'script' || name === 'su' || name === 'runuser') {
    const at = rest.findIndex((each) => /^-\w*c$/.test(each) || each === '--command');
    return at < 0 ? undefined : [rest[at + 1] ?? ''];
  }
  if (!SHELLS.has(name)) return undefined;
  const at = rest.findIndex((each) => /^-\w*c$/.test(each));
  if (at >= 0) return [rest[at + 1] ?? ''];
  return heredocs.length > 0 ? heredocs : undefined;
}

function executedByFind(rest: readonly string[], depth: number): StartedProgram[] {
  const at = rest.findIndex((each) => /^-(?:exec|ok)(?:dir)?$/.test(each));
  return at < 0 ? [] : program(rest.slice(at + 1), [], [], depth);
}

/** Of a text that is not valid shell: the beginning of each command, without quotes. */
function readRoughly(text: string): StartedProgram[] {
  return text.split(/\n|;|&&?|\|\|?|\(/).map((each) => {
    const words = each.trim().replace(/['"]/g, '').split(/\s+/);
    return { argv: words.slice(afterWrappers(words, { all: true })), writes: [] };
  });
}
