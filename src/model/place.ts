/** A half-open range of UTF-16 offsets into the document's text (BOM and front matter included). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A position for people: file, 1-based line and column (UTF-16 units). */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
