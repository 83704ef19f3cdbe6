import {
  type CommandArgument,
  type CommandNode,
  forEachChild,
  parse,
  type SyntaxNode,
  type Word,
} from 'unbash';
import type { PlanStep } from '../model/plan.ts';
import type { Step } from '../model/runbook.ts';

/** What the fences of a step leave to later ones, read from their text. */
export interface LeftState {
  /** Names that they export. */
  readonly names: ReadonlySet<string>;
  /** Whether they change the working directory. */
  readonly directory: boolean;
  /** Whether they may export names that the text does not show: `source`, `eval`, a text that cannot be parsed. */
  readonly anyName: boolean;
}

/** A later step that depends on what an earlier one leaves. */
export interface StateUse {
  readonly by: Step;
  /** The variable; absent: the working directory. */
  readonly name?: string;
}

/**
 * The first later step that uses a variable or the directory that this step's fences set. A step whose checks pass in a new
 * place was not run there, so what it leaves is missing. When the text leaves a doubt, the answer is a use.
 * `declared`: names that have a value without the step.
 */
export function laterUseOfState(
  steps: readonly PlanStep[],
  planned: PlanStep,
  declared: (name: string) => boolean,
): StateUse | undefined {
  const left = leftStateOf(planned.step);
  if (left.names.size === 0 && !left.directory && !left.anyName) return undefined;
  const following = new Set([planned.step.id]);
  const inPlace = new Set(left.directory ? following : []);
  for (const { step, after } of steps) {
    if (!after.some((id) => following.has(id))) continue;
    following.add(step.id);
    const name = usedName(step, left, declared);
    if (name !== undefined) return { by: step, name };
    if (!after.some((id) => inPlace.has(id))) continue;
    const use = directoryUse(step);
    if (use === 'uses') return { by: step };
    if (use === 'keeps') inPlace.add(step.id);
  }
  return undefined;
}

/** The names that the fences of a step export, according to their text. */
export function exportedNames(step: Step): ReadonlySet<string> {
  return leftStateOf(step).names;
}

/** Whether a name occurs in anything that is run or evaluated. A program may read it from its environment, so any mention counts. */
export function mentions(material: unknown, name: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`).test(JSON.stringify(material));
}

const known = new WeakMap<Step, LeftState>();

/** The state that the fences of a step leave, according to their text. */
export function leftStateOf(step: Step): LeftState {
  const cached = known.get(step);
  if (cached) return cached;
  const reader = new StateReader();
  for (const action of step.actions) {
    // `always` fences run though the step is skipped.
    if (action.kind !== 'shell' || !action.carries || action.background !== 'no' || action.always) continue;
    // Most fences leave nothing; parsing them would only cost time.
    if (/(?<![\w-])(?:export|declare|typeset|cd|pushd|popd|source|eval|set|\.)(?![\w-])/.test(action.text))
      reader.read(action.text);
  }
  known.set(step, reader);
  return reader;
}

/** Reads the commands that run in the shell itself, not in a subshell, a pipe or the background. */
class StateReader implements LeftState {
  readonly names = new Set<string>();
  directory = false;
  anyName = false;

  read(text: string): void {
    const script = parse(text);
    if (script.errors !== undefined && script.errors.length > 0) {
      this.directory = true;
      this.anyName = true;
      return;
    }
    this.#visit(script);
  }

  #visit(node: SyntaxNode): void {
    if (node.type === 'Subshell' || node.type === 'Coproc' || node.type === 'Word') return;
    if (node.type === 'Statement' && node.background) return;
    if (node.type === 'Pipeline' && node.commands.length > 1) return;
    if (node.type === 'Command') this.#command(node);
    else forEachChild(node, (child) => this.#visit(child));
  }

  #command({ name, args }: Extract<CommandNode, { type: 'Command' }>): void {
    const [command, operands] = unwrapped(name?.value ?? '', args.map(textOf));
    if (command === 'export') this.#export(operands);
    if (/^(?:declare|typeset)$/.test(command) && hasFlag(operands, 'x')) this.#export(operands);
    if (/^(?:cd|pushd|popd)$/.test(command)) this.directory = true;
    if (/^(?:source|\.|eval)$/.test(command)) this.anyName = true;
    if (command === 'set' && (hasFlag(operands, 'a') || operands.includes('allexport'))) this.anyName = true;
  }

  #export(operands: readonly string[]): void {
    if (operands.includes('-n')) return;
    for (const operand of operands) {
      const name = /^([A-Za-z_]\w*)\+?(?:=|$)/.exec(operand)?.[1];
      if (name !== undefined) this.names.add(name);
      // A name that another expansion makes.
      else if (operand.includes('$')) this.anyName = true;
    }
  }
}

/** `command cd x` and `builtin cd x` change this shell as `cd x` does. */
function unwrapped(command: string, operands: readonly string[]): readonly [string, readonly string[]] {
  if (command !== 'command' && command !== 'builtin') return [command, operands];
  return [operands[0] ?? '', operands.slice(1)];
}

function hasFlag(operands: readonly string[], letter: string): boolean {
  return operands.some((each) => new RegExp(`^-\\w*${letter}`).test(each));
}

function textOf(argument: CommandArgument): string {
  return 'value' in argument && typeof argument.value === 'string' ? argument.value : argument.text;
}

function usedName(step: Step, left: LeftState, declared: (name: string) => boolean): string | undefined {
  const material = [step.actions, step.verify, step.when];
  for (const name of left.names) if (mentions(material, name)) return name;
  if (!left.anyName) return undefined;
  const own = exportedNames(step);
  const texts = step.actions.flatMap((action) => (action.kind === 'shell' ? [action.text] : []));
  const used = texts.flatMap((text) =>
    [...text.matchAll(/\$\{?([A-Z_][A-Z0-9_]*)/g)].map((match) => match[1]!),
  );
  return used.find((name) => !declared(name) && !own.has(name) && !assigned(texts, name));
}

function assigned(texts: readonly string[], name: string): boolean {
  return texts.some((text) => new RegExp(`\\b(?:${name}=|for ${name}\\b|read\\b.*\\b${name}\\b)`).test(text));
}

/** What a step does with the directory that it starts in: depends on it, leaves it as it was, or begins with another. */
function directoryUse(step: Step): 'uses' | 'keeps' | 'resets' {
  for (const action of step.actions) {
    if (action.kind !== 'shell' || action.cwd?.startsWith('/')) continue;
    const use = directoryUseOf(action.text);
    if (use !== 'keeps') return use;
  }
  return 'keeps';
}

/** Commands that do the same wherever they are called, if none of their operands is a relative path. */
const PLACELESS = new Set(
  'apt apt-get cat chmod chown command cp curl date dpkg echo export getent grep groupadd head hostname id install kill kubectl ln ls mkdir mktemp mv nginx pkill printf rm sed service set sleep sysctl systemctl tail tee test [ touch true type uname useradd usermod wget'.split(
    ' ',
  ),
);

function directoryUseOf(text: string): 'uses' | 'keeps' | 'resets' {
  const script = parse(text);
  if (script.errors !== undefined && script.errors.length > 0) return 'uses';
  const commands = commandsIn(script);
  for (const { name, args, redirects } of commands) {
    const words = args.map(textOf);
    if (name === undefined) continue;
    if (name.value === 'cd' && words.length > 0 && isAbsolute(words[0]!)) return 'resets';
    if (!PLACELESS.has(name.value)) return 'uses';
    const targets = redirects.flatMap((each) => ('target' in each && each.target ? [each.target] : []));
    if ([...words, ...targets.map((each: Word) => each.value)].some(mayBeRelative)) return 'uses';
  }
  return 'keeps';
}

function commandsIn(root: SyntaxNode): Extract<CommandNode, { type: 'Command' }>[] {
  const commands: Extract<CommandNode, { type: 'Command' }>[] = [];
  const visit = (node: SyntaxNode) => {
    if (node.type === 'Command') commands.push(node);
    forEachChild(node, visit);
  };
  visit(root);
  return commands;
}

function isAbsolute(word: string): boolean {
  return /^["']?(?:\/|~|\$)/.test(word);
}

/** `-y`, `nginx`, `8080` name no file here; `./x`, `site/index.html` and `index.html` may. */
function mayBeRelative(word: string): boolean {
  return !isAbsolute(word) && !word.startsWith('-') && !/^\w+:\/\//.test(word) && /[./]/.test(word);
}
