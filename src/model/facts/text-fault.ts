/** A text file that a step names, whose bytes are not what its reader expects. */
export interface TextFault {
  /** `ev-…`. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly path: string;
  readonly fault: 'crlf' | 'bom';
}
