import type { Span } from '../../model/place.ts';
import { type DocumentText, lineIndexAt } from '../source.ts';
import { type Block, textOfLines } from './block.ts';
import { definitionLines } from './definition.ts';
import { htmlStart } from './html-block.ts';
import { blockOf, type FenceLine, type Leaf } from './leaf.ts';
import { LineCursor } from './line-cursor.ts';
import {
  CODE,
  headingEnd,
  isBlank,
  isBlankBetween,
  isBlankOrEnd,
  isClosingFence,
  mayInterrupt,
  ruleFailure,
  skipListMarker,
  skipRun,
  startsText,
  withoutLineEnd,
} from './marks.ts';
import { OpenContainers } from './open-containers.ts';

/**
 * Finds the blocks of a document, in order, by the rules of CommonMark 0.31. Follows the strategy of its appendix:
 * open blocks are continued line by line. Own code because of its cost: every step is bounded by the length of the
 * line or paid for by an earlier line, so the time is linear for any text. It does not recurse, so only memory limits
 * nesting.
 * | @param from offset to start at, after a BOM and front matter
 */
export function scanBlocks(source: DocumentText, from = 0): Block[] {
  return new Scanner(source, from).scan();
}

class Scanner {
  readonly #source: DocumentText;
  readonly #from: number;
  readonly #cursor: LineCursor;
  readonly #blocks: Block[] = [];
  readonly #containers = new OpenContainers();
  #leaf: Leaf | undefined;
  /** End of the last nonblank line so far. */
  #contentEnd = 0;
  /**
   * No thematic break starts before this offset. Without this memory, a line of `- - - … x` would be read again per
   * item.
   */
  #noRuleBefore = -1;

  constructor(source: DocumentText, from: number) {
    this.#source = source;
    this.#from = from;
    this.#cursor = new LineCursor(source.text);
  }

  scan(): Block[] {
    const { text, lineStarts } = this.#source;
    for (let index = lineIndexAt(lineStarts, this.#from); index < lineStarts.length; index++) {
      const start = Math.max(lineStarts[index]!, this.#from);
      const next = lineStarts[index + 1] ?? text.length;
      if (start === text.length) break;
      const end = withoutLineEnd(text, start, next);
      if (this.#readPlainLine(start, end)) continue;
      this.#cursor.open(start, end);
      this.#readLine();
      if (!this.#cursor.isBlank) this.#contentEnd = end;
    }
    this.#closeTo(0);
    return this.#blocks;
  }

  /**
   * A fast path for most lines: blank, text, a heading or part of a fence, outside of containers. It gives the same
   * result as `#readLine` and makes the scan of an ordinary document four times as fast.
   */
  #readPlainLine(start: number, end: number): boolean {
    if (this.#containers.depth > 0) return false;
    const leaf = this.#leaf;
    const code = this.#cursor.text.charCodeAt(start);
    if (leaf?.kind === 'fence') {
      if (start < end && (leaf.indent > 0 || isBlank(code))) return false;
      if (code === leaf.mark && isClosingFence(this.#cursor.text, start, end, leaf)) this.#closeLeaf(end);
      else leaf.lines.push({ start, end, pad: 0 });
    } else if (start === end) {
      if (leaf && leaf.kind !== 'paragraph') return false;
      this.#closeLeaf();
    } else if (leaf && leaf.kind !== 'paragraph') {
      return false;
    } else if (startsText(code)) {
      if (leaf) leaf.lines.push({ start, end, pad: 0 });
      else this.#begin({ kind: 'paragraph', start, lines: [{ start, end, pad: 0 }] });
    } else if (code === CODE.hash) {
      if (!this.#openHeading(0, start, end)) return false;
    } else if (code !== CODE.backtick || !this.#openFence(0, { start, end, code, indent: 0 })) {
      return false;
    }
    if (start < end) this.#contentEnd = end;
    return true;
  }

  #readLine(): void {
    const matched = this.#containers.match(this.#cursor);
    const isInside = matched === this.#containers.depth;
    if (isInside && this.#leaf && this.#continueLeaf(this.#leaf)) return;
    const depth = this.#openContainers(matched, isInside);
    if (depth === undefined) return;
    // Text that starts no other block continues an open paragraph, even from outside its containers (a lazy
    // continuation).
    const isLazy = this.#leaf?.kind === 'paragraph' && !this.#cursor.isBlank;
    if (!isLazy) this.#closeTo(depth);
    if (!this.#cursor.isBlank) this.#addText();
  }

  /** Passes the line to the open leaf. Returns false if the line does not belong to it. */
  #continueLeaf(leaf: Leaf): boolean {
    const cursor = this.#cursor;
    switch (leaf.kind) {
      case 'fence':
        if (cursor.indent < 4 && isClosingFence(cursor.text, cursor.nonblank, cursor.end, leaf))
          this.#closeLeaf(cursor.end);
        else {
          cursor.skipColumns(leaf.indent);
          leaf.lines.push(cursor.rest);
        }
        return true;
      case 'html':
        if (leaf.until === 'blank') {
          if (cursor.isBlank) this.#closeLeaf();
        } else if (leaf.until.test(cursor.content)) this.#closeLeaf(cursor.end);
        return true;
      case 'code':
        if (cursor.indent < 4 && !cursor.isBlank) return false;
        cursor.skipColumns(4);
        leaf.lines.push(cursor.rest);
        return true;
      case 'paragraph':
        if (cursor.isBlank) this.#closeLeaf();
        return cursor.isBlank;
    }
  }

  /**
   * Opens the blocks that start on this line: containers, then possibly a leaf that consumes the line. Returns the
   * number of containers around the rest of the line, or undefined if the line is consumed.
   */
  #openContainers(matched: number, isInside: boolean): number | undefined {
    const cursor = this.#cursor;
    let depth = matched;
    let inParagraph = isInside && this.#leaf?.kind === 'paragraph';
    while (!cursor.isBlank) {
      if (cursor.indent > 3) {
        if (this.#leaf?.kind === 'paragraph') return depth;
        this.#openCode(depth);
        return undefined;
      }
      if (startsText(cursor.code)) return depth;
      if (this.#openLeaf(depth, inParagraph)) return undefined;
      if (!this.#openQuote(depth) && !this.#openItem(depth, inParagraph)) return depth;
      depth = this.#containers.depth;
      inParagraph = false;
    }
    return depth;
  }

  #openLeaf(depth: number, inParagraph: boolean): boolean {
    const { nonblank, end, code, indent } = this.#cursor;
    switch (code) {
      case CODE.hash:
        return this.#openHeading(depth, nonblank, end);
      case CODE.backtick:
      case CODE.tilde:
        return this.#openFence(depth, { start: nonblank, end, code, indent });
      case CODE.less:
        return this.#openHtml(depth);
      case CODE.equals:
        return inParagraph && this.#underline();
      case CODE.dash:
        return (inParagraph && this.#underline()) || this.#openRule(depth);
      case CODE.star:
      case CODE.underscore:
        return this.#openRule(depth);
      default:
        return false;
    }
  }

  #openQuote(depth: number): boolean {
    if (this.#cursor.code !== CODE.greater) return false;
    this.#closeTo(depth);
    this.#containers.openQuote(this.#cursor);
    return true;
  }

  #openItem(depth: number, inParagraph: boolean): boolean {
    const cursor = this.#cursor;
    const { text, nonblank: start } = cursor;
    const end = skipListMarker(text, start, cursor.end);
    if (end === undefined || (inParagraph && !mayInterrupt(text, start, end, cursor.end))) return false;
    this.#closeTo(depth);
    this.#containers.openItem(cursor, end);
    return true;
  }

  #openHeading(depth: number, start: number, end: number): boolean {
    const { text } = this.#cursor;
    const depthEnd = skipRun(text, start, end, CODE.hash);
    if (depthEnd - start > 6 || !isBlankOrEnd(text, depthEnd, end)) return false;
    this.#closeTo(depth);
    const content = text.slice(depthEnd, headingEnd(text, depthEnd, end)).trim();
    this.#addHeading(depthEnd - start, content, { start, end });
    return true;
  }

  /** The underline that turns a paragraph into a heading, unless the paragraph contains only definitions. */
  #underline(): boolean {
    const { text, nonblank, end, code } = this.#cursor;
    const leaf = this.#leaf;
    if (leaf?.kind !== 'paragraph' || !isBlankBetween(text, skipRun(text, nonblank, end, code), end))
      return false;
    const isPlain = text[leaf.start] !== '[';
    const lines = isPlain ? leaf.lines : leaf.lines.slice(definitionLines(textOfLines(text, leaf.lines)));
    const first = lines[0];
    if (!first) return false;
    this.#leaf = undefined;
    this.#addHeading(code === CODE.equals ? 1 : 2, textOfLines(text, lines).trim(), {
      start: first.start,
      end,
    });
    return true;
  }

  #openFence(depth: number, { start, end, code, indent }: FenceLine): boolean {
    const { text } = this.#cursor;
    const infoStart = skipRun(text, start, end, code);
    if (infoStart - start < 3) return false;
    const info = text.slice(infoStart, end).trim();
    if (code === CODE.backtick && info.includes('`')) return false;
    this.#closeTo(depth);
    const length = infoStart - start;
    this.#begin({ kind: 'fence', start, lines: [], info, mark: code, length, indent });
    return true;
  }

  #openHtml(depth: number): boolean {
    const start = this.#cursor.nonblank;
    const until = htmlStart(this.#cursor.content, this.#leaf?.kind === 'paragraph');
    if (!until) return false;
    this.#closeTo(depth);
    this.#begin({ kind: 'html', start, until });
    if (until !== 'blank' && until.test(this.#cursor.content)) this.#closeLeaf(this.#cursor.end);
    return true;
  }

  #openRule(depth: number): boolean {
    const { text, nonblank, end } = this.#cursor;
    if (nonblank < this.#noRuleBefore) return false;
    const failure = ruleFailure(text, nonblank, end);
    if (failure !== undefined) {
      this.#noRuleBefore = failure;
      return false;
    }
    this.#closeTo(depth);
    this.#containers.fill();
    const container = this.#containers.innermost;
    this.#blocks.push({ kind: 'rule', span: { start: nonblank, end }, container });
    return true;
  }

  #openCode(depth: number): void {
    this.#closeTo(depth);
    this.#cursor.skipColumns(4);
    this.#begin({ kind: 'code', start: this.#cursor.nonblank, lines: [this.#cursor.rest] });
  }

  #addText(): void {
    this.#cursor.skipBlanks();
    const line = this.#cursor.rest;
    if (this.#leaf?.kind === 'paragraph') this.#leaf.lines.push(line);
    else this.#begin({ kind: 'paragraph', start: line.start, lines: [line] });
  }

  #begin(leaf: Leaf): void {
    this.#containers.fill();
    this.#leaf = leaf;
  }

  /** Ends the open leaf. `lineEnd`: end of its last line. */
  #closeLeaf(lineEnd?: number): void {
    if (!this.#leaf) return;
    const container = this.#containers.innermost;
    const end = { at: lineEnd ?? this.#contentEnd, closed: lineEnd !== undefined, container };
    this.#blocks.push(blockOf(this.#source.text, this.#leaf, end));
    this.#leaf = undefined;
  }

  /** Ends what the line does not continue: the leaf, and the containers beyond a depth. */
  #closeTo(depth: number): void {
    this.#closeLeaf();
    this.#containers.close(depth, this.#contentEnd);
  }

  #addHeading(depth: number, text: string, span: Span): void {
    this.#containers.fill();
    this.#blocks.push({ kind: 'heading', depth, text, span, container: this.#containers.innermost });
  }
}
