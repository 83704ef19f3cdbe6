import { type Code, type CodeReader, readCode } from './action-fence.ts';
import {
  type Block,
  type BlockContainer,
  isWithin,
  type ParagraphBlock,
  textOfLines,
} from './commonmark/block.ts';
import { isComment } from './commonmark/comment.ts';
import {
  LABELS,
  type Label,
  type LabelName,
  looksLikeLabel,
  misplacedLabel,
  misspeltHeading,
  misspeltLabel,
  readActionLabel,
  readHeadingLabel,
  readLabel,
} from './labels.ts';
import type { DocumentText } from './source.ts';

/** The range of a step that one label applies to. */
export interface Part {
  /**
   * `before`: the text before any label that can hold code; code there is Run. `between`: text after the scope of a
   * label; code there is an error.
   */
  readonly label: LabelName | 'before' | 'between';
  /** Offset of the label. */
  readonly at: number;
  /** End of the label's own block. */
  readonly end: number;
  /** Markdown after the label in its paragraph. */
  readonly rest: string;
  /** Paragraphs of the part, without the label's own. */
  readonly prose: ParagraphBlock[];
  /** Fences, and indented code directly after a label. */
  readonly code: Code[];
}

/** Labels that apply to their paragraph only. The others apply until the next label. */
const BRIEF: ReadonlySet<Part['label']> = new Set(['Why', 'Needs', 'When', 'For']);

/** Labels after which indented code runs. */
const TAKES_INDENTED: ReadonlySet<Part['label']> = new Set(['Run', 'Fix', 'Verify', 'Undo']);

/** Labels whose code is only displayed. */
const SHOWS: ReadonlySet<Part['label']> = new Set(['Symptom', 'Evidence']);

/** A list item or the whole step, with its current part. */
interface Scope {
  readonly item: BlockContainer | undefined;
  part: Part | undefined;
}

/**
 * Splits the content under a heading by its labels. Quotes and comments are ignored. A label in a list item applies to
 * that item; after the item, the previous label applies again.
 * | @param isProblem whether it is known to be a problem. A Symptom also makes it one, and then `What NAME did:` is a
 * label.
 */
export function readParts(reader: CodeReader, blocks: readonly Block[], isProblem: boolean): Part[] {
  const labelled = (block: Block) => labelOf(reader.source, block, false)?.name === 'Symptom';
  return new PartReader(reader, isProblem || blocks.some(labelled)).read(blocks);
}

class PartReader {
  readonly #reader: CodeReader;
  readonly #isProblem: boolean;
  readonly #parts: Part[] = [];
  readonly #scopes: Scope[] = [{ item: undefined, part: undefined }];
  #hasMainLabel = false;
  /** The previous block, ignoring comments, and whether it is a label. */
  #previous: { readonly block: Block; readonly isLabel: boolean } | undefined;
  /** The previous label, as long as the next block may belong to it. */
  #label: Part | undefined;
  /** The previous block, if it was rejected as a label. */
  #refused: Block | undefined;
  /** The last sub-heading that is not a label, until a label follows. */
  #subheading: Block | undefined;

  constructor(reader: CodeReader, isProblem: boolean) {
    this.#reader = reader;
    this.#isProblem = isProblem;
  }

  read(blocks: readonly Block[]): Part[] {
    for (const block of blocks) {
      if (isComment(this.#reader.source, block)) continue;
      const label = labelOf(this.#reader.source, block, this.#isProblem);
      if (label) this.#openPart(block, label);
      else this.#addBlock(block);
      this.#warnOfMisspelt();
      this.#previous = { block, isLabel: label !== undefined };
    }
    this.#warnOfMisspelt();
    return this.#parts;
  }

  #openPart(block: Block, { name, rest }: Label): void {
    const part = this.#newPart(name, block, rest);
    const isBrief = BRIEF.has(name);
    const scope = this.#scopeFor(block);
    scope.part = isBrief ? undefined : part;
    this.#hasMainLabel ||= !isBrief;
    this.#label = part;
    this.#subheading = undefined;
    if (block.kind === 'paragraph') this.#reportMisplaced(block);
  }

  /** A label in a list item opens its own scope. */
  #scopeFor(block: Block): Scope {
    this.#leaveItems(block);
    const item = block.container;
    if (item && this.#scopes.at(-1)!.item !== item) this.#scopes.push({ item, part: undefined });
    return this.#scopes.at(-1)!;
  }

  #leaveItems(block: Block): void {
    while (this.#scopes.length > 1 && !isWithin(block.container, this.#scopes.at(-1)!.item!))
      this.#scopes.pop();
  }

  #addBlock(block: Block): void {
    this.#leaveItems(block);
    const label = this.#label && takes(this.#label, block) ? this.#label : undefined;
    const follows = this.#label;
    this.#label = label && BRIEF.has(label.label) ? label : undefined;
    if (block.container?.quoted) return;
    switch (block.kind) {
      case 'heading':
        this.#subheading = block;
        return;
      case 'paragraph':
        this.#reportMisplaced(block);
        (this.#label ?? this.#openPartFor(block)).prose.push(block);
        return;
      case 'fence':
        this.#addCode(this.#label ?? this.#openPartFor(block), readCode(block), block);
        return;
      case 'code':
        if (follows && TAKES_INDENTED.has(follows.label))
          follows.code.push(readCode(block, { indented: 'bash' }));
        return;
      case 'html':
      case 'rule':
        return;
    }
  }

  /** The part of the innermost list item that has one, or of the step. */
  #openPartFor(block: Block): Part {
    const open = this.#scopes.findLast((each) => each.part)?.part;
    // A main label in a list item ends the `before` part, but not a part of another label.
    if (open && !(open.label === 'before' && this.#hasMainLabel)) return open;
    const part = this.#newPart(this.#hasMainLabel ? 'between' : 'before', block, '');
    this.#scopes[0]!.part = part;
    return part;
  }

  #newPart(label: Part['label'], block: Block, rest: string): Part {
    const part: Part = { label, at: block.span.start, end: block.span.end, rest, prose: [], code: [] };
    this.#parts.push(part);
    return part;
  }

  #addCode(part: Part, code: Code, block: Block): void {
    part.code.push(code);
    if (code.acts && !SHOWS.has(part.label)) this.#refuseAmbiguous(block);
  }

  /** A fence after `Rollback:` must not run as part of Run. */
  #refuseAmbiguous(fence: Block): void {
    const { report, source } = this.#reader;
    const before = this.#previous?.block;
    const isUnknownHeading = before?.kind === 'heading' && before === this.#subheading;
    const isUnknownLabel =
      before?.kind === 'paragraph' && looksLikeLabel(textOfLines(source.text, before.lines));
    if (isUnknownHeading || (isUnknownLabel && !this.#previous?.isLabel)) {
      const written = source.text.slice(before.span.start, before.span.end).split('\n')[0]!;
      const message = `A fence must follow a known label. \`${written}\` is not a label, so it is not clear whether this fence runs.`;
      const meant = misspelt(source, before);
      const guess = meant === undefined ? '' : `Did you mean \`${meant}:\`? `;
      const remedy = `${guess}Use one of ${LABELS.join(', ')}, or write a full sentence.`;
      this.#refused = before;
      report.error('unknown-label', before.span.start, message, remedy);
    } else if (this.#subheading) {
      const message =
        'A sub-heading must be a label to change what a fence does. The one above is not, so this fence runs.';
      const remedy = 'Put a label such as `Run:` or `Undo:` between them.';
      report.warning('fence-under-subheading', fence.span.start, message, remedy);
    }
  }

  /**
   * Warns about `Verfy:`, which is only prose. Reported after the next block is read, because that block may turn it
   * into an error.
   */
  #warnOfMisspelt(): void {
    const { report, source } = this.#reader;
    if (!this.#previous || this.#previous.isLabel || this.#previous.block === this.#refused) return;
    const { block } = this.#previous;
    const meant = misspelt(source, block);
    if (meant === undefined) return;
    const written = source.text.slice(block.span.start, block.span.end).split(/[:\n]/)[0]!;
    const message = `\`${written}\` is not a label, so it is read as prose. Code after it may run.`;
    report.warning('misspelt-label', block.span.start, message, `Did you mean \`${meant}:\`?`);
  }

  #reportMisplaced(block: ParagraphBlock): void {
    const found = misplacedLabel(textOfLines(this.#reader.source.text, block.lines));
    if (!found) return;
    const message = `A label must start a paragraph. \`${found.name}:\` is inside one, so it has no effect.`;
    const at = block.lines[found.line]!.start;
    this.#reader.report.error('label-in-paragraph', at, message, 'Put a blank line before it.');
  }
}

/** Whether a label alone in its paragraph also applies to this block: the next paragraph, or the list for Needs. */
function takes(label: Part, block: Block): boolean {
  if (block.kind === 'paragraph') {
    const isList = label.label === 'Needs' && block.container?.kind === 'item';
    return label.rest === '' && (label.prose.length === 0 || isList);
  }
  if (label.label !== 'When' || block.kind !== 'fence' || label.code.length > 0) return false;
  const { isCheck, acts } = readCode(block);
  return isCheck || (acts === 'shell' && label.rest === '' && label.prose.length === 0);
}

/** The label that a block was probably meant to be. */
function misspelt(source: DocumentText, block: Block): LabelName | undefined {
  if (block.container?.quoted) return undefined;
  if (block.kind === 'heading') return misspeltHeading(block.text);
  return block.kind === 'paragraph' ? misspeltLabel(textOfLines(source.text, block.lines)) : undefined;
}

function labelOf(source: DocumentText, block: Block, isProblem: boolean): Label | undefined {
  if (block.container?.quoted) return undefined;
  if (block.kind === 'heading') return readHeadingLabel(block.text, LABELS);
  if (block.kind !== 'paragraph') return undefined;
  const text = textOfLines(source.text, block.lines);
  return readLabel(text, LABELS) ?? (isProblem ? readActionLabel(text) : undefined);
}
