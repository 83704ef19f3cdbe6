import { type ShellToken, type ShellWord, shellTokens, wordText } from './shell-words.ts';

/** A simple command: assignments, name, arguments and redirections, as words in the written order. */
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
  /** `while`, `until`: the condition. */
  readonly condition: ShellScript;
  readonly body: ShellScript;
}

/** A connector of commands: `&&`, `||`, `|`, `&`, `!`, brackets and the other reserved words. A `;` is dropped. */
interface ShellJoint {
  readonly kind: 'joint';
  readonly text: string;
}

type ShellNode = ShellCommand | ShellLoop | ShellJoint;
export type ShellScript = readonly ShellNode[];

const RESERVED = new Set('if then elif else fi case esac do done { } ! function select in'.split(' '));
const REDIRECT = /^\d*(?:<<<|<<-|<<|>>|<&|>&|<>|>\||<|>|&>>|&>)$/;

/**
 * Parses a script into commands and loops, as far as needed to see what waits and how often. Undefined: it cannot be
 * parsed as shell text.
 */
export function shellScript(text: string): ShellScript | undefined {
  const tokens = shellTokens(text);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  const script = reader.script(undefined);
  return reader.atEnd ? script : undefined;
}

/** Maximum nesting of loops. */
const DEEPEST = 50;

class Reader {
  #at = 0;
  #depth = 0;
  readonly #tokens: readonly ShellToken[];

  constructor(tokens: readonly ShellToken[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /**
   * Parses up to the reserved word `end`, which is consumed, or to the end of the text. Undefined: `end` is missing.
   */
  script(end: string | undefined): ShellScript | undefined {
    const nodes: ShellNode[] = [];
    while (!this.atEnd) {
      const word = this.#reserved();
      if (word !== undefined && word === end) {
        this.#at++;
        return nodes;
      }
      const node = this.#node(word);
      if (node === undefined) return undefined;
      if (node !== 'separator') nodes.push(node);
    }
    return end === undefined ? nodes : undefined;
  }

  #node(word: string | undefined): ShellNode | 'separator' | undefined {
    const token = this.#tokens[this.#at]!;
    if (token.kind === 'operator' && !REDIRECT.test(token.text)) {
      this.#at++;
      return token.text === ';' ? 'separator' : { kind: 'joint', text: token.text };
    }
    if (word === 'for' || word === 'while' || word === 'until') return this.#loop(word);
    if (word === 'done') return undefined;
    if (word !== undefined && RESERVED.has(word)) {
      this.#at++;
      return { kind: 'joint', text: word };
    }
    return this.#command();
  }

  #loop(keyword: ShellLoop['keyword']): ShellLoop | undefined {
    this.#at++;
    if (++this.#depth > DEEPEST) return undefined;
    const over = keyword === 'for' ? this.#wordsUntilDo() : [];
    const condition = keyword === 'for' ? [] : this.script('do');
    const body = over && condition && this.script('done');
    this.#depth--;
    return body && { kind: 'loop', keyword, over: over!, condition: condition!, body };
  }

  #wordsUntilDo(): readonly ShellWord[] | undefined {
    const words: ShellWord[] = [];
    while (!this.atEnd) {
      const token = this.#tokens[this.#at++]!;
      if (token.kind === 'operator') continue;
      if (!token.quoted && wordText(token) === 'do') return words;
      words.push(token);
    }
    return undefined;
  }

  #command(): ShellCommand {
    const words: ShellWord[] = [];
    const redirects: { operator: string; word: ShellWord }[] = [];
    while (!this.atEnd) {
      const token = this.#tokens[this.#at]!;
      if (token.kind === 'word') words.push(token);
      else if (!REDIRECT.test(token.text)) break;
      else {
        const target = this.#tokens[++this.#at];
        if (target?.kind !== 'word') break;
        redirects.push({ operator: token.text, word: target });
      }
      this.#at++;
    }
    return { kind: 'command', words, redirects };
  }

  /** The reserved word at this position, where a command may start. */
  #reserved(): string | undefined {
    const token = this.#tokens[this.#at]!;
    return token.kind === 'word' && !token.quoted ? wordText(token) : undefined;
  }
}
