import { flagTaker } from './command-flags.ts';
import { milliseconds } from './measure.ts';
import { repeated, resolve, type ScriptLine, type ScriptState } from './reading.ts';
import { type ShellCommand, type ShellScript, shellScript } from './shell-script.ts';
import { type ShellWord, wordText } from './shell-word.ts';
import { stripText } from './text-form.ts';
import { type TreeForm, treeForm } from './tree-form.ts';
import { assignedName, declares, isAssignment, isCounter, noteAssignment } from './variables.ts';
import { afterWrappers } from './wrappers.ts';

/** The context of a command. */
export interface CommandPosition {
  /** How often it runs. */
  readonly times: number;
  readonly piped: boolean;
  /** Reads a script nested in this command. */
  readonly nested: (script: ShellScript, reading: ScriptState, times: number) => ScriptLine[];
}

const GONE: ScriptLine = { kind: 'gone', text: '' };

/** A simple command without waits and sizes, which are recorded in `reading`. */
export function commandForm(
  command: ShellCommand,
  reading: ScriptState,
  around: CommandPosition,
): ScriptLine[] {
  const { assignments, words } = split(command.words);
  const kept = assignments.filter((each) => !noteAssignment(wordText(each), reading));
  if (words.length === 0 && command.redirects.length === 0) return assignmentLines(kept, reading, around);

  const texts = words.map((each) => wordText(each));
  const wrapped = afterWrappers(texts, { all: false });
  const start = wrapped < texts.length ? wrapped : 0;
  const name = texts[start] ?? '';
  const isAlone =
    !around.piped && command.redirects.every((each) => isDiscard(each.operator, wordText(each.word)));
  if (isAlone && takeSleep(texts.slice(start), reading, around.times)) return [GONE];
  if (/^g?timeout$/.test(name)) {
    const limited = underTimeout(words, start, reading, around.times);
    if (limited) return commandForm({ ...command, words: [...kept, ...limited] }, reading, around);
  }
  const script = innerScript(texts, start);
  if (script !== undefined) return innerForm(script, reading, around);
  if (isAlone && (NOISE.has(name) || name.startsWith('(('))) return [{ ...GONE, steers: true }];
  return [remains(command, kept, words, start, reading, around)];
}

/** Commands that neither change nor check anything, or only control a loop. */
const NOISE = new Set(':|true|echo|printf|date|set|pwd|break|continue|exit|return|[|[[|test|let'.split('|'));

/** Assignments before a command or after `export`, and the command's words. */
function split(words: readonly ShellWord[]): {
  assignments: readonly ShellWord[];
  words: readonly ShellWord[];
} {
  const isDeclaration = words[0] !== undefined && declares(wordText(words[0]));
  const all = isDeclaration ? words.slice(1) : words;
  const end = all.findIndex((each) => !isAssignment(wordText(each)));
  if (end < 0) return { assignments: all, words: [] };
  return isDeclaration
    ? { assignments: [], words }
    : { assignments: all.slice(0, end), words: all.slice(end) };
}

function assignmentLines(
  kept: readonly ShellWord[],
  reading: ScriptState,
  around: CommandPosition,
): ScriptLine[] {
  if (kept.length === 0) return [GONE];
  return kept.map((word) => {
    const text = wordText(word);
    const assigns = assignedName(text);
    return { kind: 'command', text: wordForm(word, reading, around), assigns, steers: isCounter(text) };
  });
}

function isDiscard(operator: string, target: string): boolean {
  return target === '/dev/null' || /^\d*>&$/.test(operator);
}

/** Recognizes and records `sleep 5`, `read -t 5`, `ping -c 5 localhost`, `python3 -c 'time.sleep(5)'`. */
function takeSleep(texts: readonly string[], reading: ScriptState, times: number): boolean {
  if (!DELAY_COMMANDS.has(texts[0] ?? '')) return false;
  const ms = sleptMs(texts.map((each) => resolve(each, reading)));
  if (ms === undefined) return false;
  reading.waits.push({ kind: 'delay', slot: 'sleep', ms: repeated(ms, times), where: 'shell' });
  return true;
}

const DELAY_COMMANDS = new Set(['sleep', 'usleep', 'read', 'ping', 'python', 'python3', 'perl', 'ruby']);

function sleptMs([name, ...rest]: readonly string[]): number | undefined {
  const text = rest.join(' ');
  const seconds = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? undefined : Number(found) * 1000;
  };
  switch (name) {
    case 'sleep':
      return rest.reduce((sum, each) => sum + (milliseconds(each) ?? 0), 0);
    case 'usleep':
      return Number(rest[0]) / 1000;
    case 'read':
      return seconds(/-t ?(\d+(?:\.\d+)?)/);
    case 'ping':
      return /\b(?:localhost|127\.0\.0\.1)\b|::1/.test(text) ? seconds(/-c ?(\d+)/) : undefined;
    case 'python':
    case 'python3':
    case 'perl':
    case 'ruby':
      return seconds(/^-[ce] (?:import time; ?)?(?:time\.)?sleep\(? ?(\d+(?:\.\d+)?) ?\)?;?$/);
    default:
      return undefined;
  }
}

/** The command under `timeout 60`, whose limit is recorded. Undefined: the time cannot be read. */
function underTimeout(
  words: readonly ShellWord[],
  start: number,
  reading: ScriptState,
  times: number,
): readonly ShellWord[] | undefined {
  let at = start + 1;
  while (words[at] && /^-/.test(wordText(words[at]!))) at += /^-[ks]$/.test(wordText(words[at]!)) ? 2 : 1;
  const ms = words[at] && milliseconds(resolve(wordText(words[at]!), reading));
  if (ms === undefined) return undefined;
  // As in timeout(1): 0 disables the limit.
  const limit = ms === 0 ? Number.POSITIVE_INFINITY : repeated(ms, times);
  reading.waits.push({ kind: 'deadline', slot: 'timeout', ms: limit, where: 'shell' });
  return [...words.slice(0, start), ...words.slice(at + 1)];
}

/** The script of `bash -c SCRIPT`, `sh -lc SCRIPT` and `eval SCRIPT`. */
function innerScript(texts: readonly string[], start: number): string | undefined {
  if (texts[start] === 'eval') return texts.slice(start + 1).join(' ');
  const isShell = /^(?:.*\/)?(?:ba|z|da|k)?sh$/.test(texts[start] ?? '');
  const flag = texts.findIndex((each, index) => index > start && /^-\w*c$/.test(each));
  return isShell && flag > 0 ? texts[flag + 1] : undefined;
}

/** Maximum nesting of scripts; deeper nesting does not occur in practice. */
const DEEPEST = 10;

function innerForm(text: string, reading: ScriptState, around: CommandPosition): ScriptLine[] {
  const script = reading.depth < DEEPEST ? shellScript(text) : undefined;
  if (script === undefined) {
    reading.unread = true;
    return [{ kind: 'command', text }];
  }
  reading.depth++;
  const lines = around.nested(script, reading, around.times);
  reading.depth--;
  return lines;
}

/** The command without wait and size options, with the words after its name sorted. */
function remains(
  command: ShellCommand,
  assignments: readonly ShellWord[],
  words: readonly ShellWord[],
  start: number,
  reading: ScriptState,
  around: CommandPosition,
): ScriptLine {
  const name = words[start] ? wordText(words[start]!) : '';
  const flags = flagTaker(name, reading, around.times);
  const kept: string[] = [];
  for (let at = start + 1; at < words.length; at++) {
    const taken = flags.take(wordText(words[at]!), words[at + 1] && wordText(words[at + 1]!));
    if (taken === 0) kept.push(wordForm(words[at]!, reading, around));
    else at += taken - 1;
  }
  flags.end(kept);
  const before = [
    ...assignments.map((each) => wordForm(each, reading, around)),
    ...words.slice(0, start).map(wordText),
  ];
  const redirects = command.redirects
    .filter((each) => !isDiscard(each.operator, wordText(each.word)))
    .map((each) => each.operator + redirectForm(each.word, name, reading, around));
  return { kind: 'command', text: [...before, name, ...kept.sort(), ...redirects].join(' ').trim() };
}

/** A word without the waits inside it: nested scripts, JSON and YAML, `key: value` in any text. */
function wordForm(word: ShellWord, reading: ScriptState, around: CommandPosition): string {
  const text = wordText(word);
  const [, flag = '', json] = /^(--?[\w-]+=)?(\s*[[{].*)$/s.exec(text) ?? [];
  const tree = json === undefined ? undefined : treeForm(json);
  if (tree) return flag + adopted(tree, reading);
  return word.pieces
    .map((piece) => {
      if (typeof piece === 'string') return stripText(piece, reading);
      const lines = innerForm(piece.script, reading, around).filter((each) => each.kind !== 'gone');
      return `$(${lines.map((each) => each.text).join('; ')})`;
    })
    .join('');
}

/** A here-document is a script for a shell, a tree, or text. */
function redirectForm(
  word: ShellWord,
  program: string,
  reading: ScriptState,
  around: CommandPosition,
): string {
  if (word.heredoc === undefined) return wordText(word);
  if (/^(?:.*\/)?(?:ba|z|da|k)?sh$|^ssh$/.test(program)) {
    return innerForm(word.heredoc, reading, around)
      .filter((each) => each.kind === 'command')
      .map((each) => each.text)
      .join('\n');
  }
  const tree = treeForm(word.heredoc);
  return tree ? adopted(tree, reading) : stripText(word.heredoc, reading);
}

function adopted(form: TreeForm, reading: ScriptState): string {
  reading.waits.push(...form.waits);
  reading.sizes.push(...form.sizes);
  return form.core;
}
