import {
  type AndOr,
  type CommandNode,
  type CompoundList,
  type Pipeline,
  parse,
  type Redirection,
  type Statement,
  type Command as UnbashCommand,
} from 'unbash';
import { assignmentWord, type ShellWord, shellWord, textWord } from './shell-word.ts';

/** A simple command: assignments, name, arguments and redirections, as words in the order written. */
export interface ShellCommand {
  readonly kind: 'command';
  readonly words: readonly ShellWord[];
  /** `>file`, `2>&1`, `<<EOF`: operator and word. */
  readonly redirects: readonly { readonly operator: string; readonly word: ShellWord }[];
}

/** `for`, `while` or `until`. */
export interface ShellLoop {
  readonly kind: 'loop';
  readonly keyword: 'for' | 'while' | 'until';
  /** `for`: the words between it and `do`. */
  readonly over: readonly ShellWord[];
  /** `while`, `until`: the commands that are tested. */
  readonly condition: ShellScript;
  readonly body: ShellScript;
}

/** What joins commands: `&&`, `||`, `|`, `&`, `!`, brackets and the other reserved words. A `;` is not kept. */
interface ShellJoint {
  readonly kind: 'joint';
  readonly text: string;
}

type ShellNode = ShellCommand | ShellLoop | ShellJoint;
export type ShellScript = readonly ShellNode[];

/**
 * Reads a script into commands and loops: as much structure as it takes to see what waits and how often. Undefined: it
 * is not valid shell text.
 */
export function shellScript(text: string): ShellScript | undefined {
  const source = text.replace(/\r\n/g, '\n');
  const script = parse(source);
  if (script.errors && script.errors.length > 0) return undefined;
  return script.commands.flatMap((each) => statement(each, source));
}

function list({ commands }: CompoundList, source: string): ShellScript {
  return commands.flatMap((each) => statement(each, source));
}

function statement({ command: node, background }: Statement, source: string): ShellScript {
  return [...joinable(node, source), ...(background ? [joint('&')] : [])];
}

function joinable(node: AndOr | Pipeline | CommandNode, source: string): ShellScript {
  switch (node.type) {
    case 'AndOr':
      return interleaved(node.commands, node.operators, source);
    case 'Pipeline':
      return [
        ...node.prefixes.map(({ type }) => joint(type === 'Time' ? 'time' : '!')),
        ...interleaved(node.commands, node.operators, source),
      ];
    default:
      return compound(node, source);
  }
}

function interleaved(
  nodes: readonly (Pipeline | CommandNode)[],
  operators: readonly string[],
  source: string,
): ShellScript {
  return nodes.flatMap((node, index) => [
    ...(index > 0 ? [joint(operators[index - 1]!)] : []),
    ...joinable(node, source),
  ]);
}

function compound(node: CommandNode, source: string): ShellScript {
  const inside = (body: CompoundList) => list(body, source);
  switch (node.type) {
    case 'Command':
      return [simple(node)];
    case 'Redirected':
      return [...compound(node.command, source), { ...command([]), redirects: redirects(node.redirects) }];
    case 'If': {
      const branches = [node, ...node.elif].flatMap(({ clause, then }, index) => [
        joint(index === 0 ? 'if' : 'elif'),
        ...inside(clause),
        joint('then'),
        ...inside(then),
      ]);
      return [...branches, ...(node.else ? [joint('else'), ...inside(node.else)] : []), joint('fi')];
    }
    case 'For': {
      const items = node.wordlist ? [textWord('in'), ...node.wordlist.map(shellWord)] : [];
      return [loop('for', [shellWord(node.name), ...items], [], inside(node.body))];
    }
    case 'ArithmeticFor': {
      const head = source.slice(node.pos, node.body.pos);
      const counter = head.slice(head.indexOf('(('), head.lastIndexOf('))') + 2);
      return [loop('for', [textWord(counter)], [], inside(node.body))];
    }
    case 'While':
      return [loop(node.kind, [], inside(node.clause), inside(node.body))];
    case 'Select': {
      const items = node.wordlist?.map(shellWord) ?? [];
      return [
        joint('select'),
        command([shellWord(node.name), ...items]),
        joint('do'),
        ...inside(node.body),
        joint('done'),
      ];
    }
    case 'Case': {
      const items = node.items.flatMap(({ pattern, body, terminator }) => [
        command(pattern.map(shellWord)),
        joint(')'),
        ...inside(body),
        joint(terminator ?? ';;'),
      ]);
      return [joint('case'), command([shellWord(node.word)]), joint('in'), ...items, joint('esac')];
    }
    case 'Subshell':
      return [joint('('), ...inside(node.body), joint(')')];
    case 'BraceGroup':
      return [joint('{'), ...inside(node.body), joint('}')];
    case 'Function': {
      const body = node.body.type === 'CompoundList' ? inside(node.body) : compound(node.body, source);
      return [joint('function'), command([shellWord(node.name)]), ...body];
    }
    case 'Coproc': {
      const body = node.body.type === 'CompoundList' ? inside(node.body) : compound(node.body, source);
      return [joint('coproc'), ...body];
    }
    case 'TestCommand':
      return [command(['[[', source.slice(node.pos + 2, node.end - 2).trim(), ']]'].map(textWord))];
    case 'ArithmeticCommand':
      return [command([textWord(source.slice(node.pos, node.end))])];
  }
}

function simple({ prefix, name, suffix, redirects: all }: UnbashCommand): ShellCommand {
  const words = [...prefix, ...(name ? [name] : []), ...suffix].flatMap((each) => {
    if (each.type === 'Word') return [shellWord(each)];
    return each.type === 'Assignment' ? [assignmentWord(each)] : [];
  });
  return { kind: 'command', words, redirects: redirects(all) };
}

function redirects(all: readonly Redirection[]): ShellCommand['redirects'] {
  return all.map((each) => {
    const operator = `${each.descriptor ? descriptorText(each.descriptor) : ''}${each.operator}`;
    if (each.type !== 'HereDoc')
      return { operator, word: each.target ? shellWord(each.target) : textWord('') };
    const heredoc = each.operator === '<<-' ? each.body.text.replace(/^\t+/gm, '') : each.body.text;
    return { operator, word: { ...textWord(each.delimiter?.value ?? ''), heredoc } };
  });
}

function descriptorText(descriptor: NonNullable<Redirection['descriptor']>): string {
  return descriptor.type === 'FileDescriptor' ? String(descriptor.value) : `{${descriptor.name}}`;
}

const joint = (text: string): ShellJoint => ({ kind: 'joint', text });

const command = (words: readonly ShellWord[]): ShellCommand => ({ kind: 'command', words, redirects: [] });

function loop(
  keyword: ShellLoop['keyword'],
  over: readonly ShellWord[],
  condition: ShellScript,
  body: ShellScript,
): ShellLoop {
  return { kind: 'loop', keyword, over, condition, body };
}
