import type { Diagnostic } from '../model/diagnostic.ts';
import type { DocumentText } from './source.ts';

/** The error and its remedy. */
export type DiagnosticText = readonly [message: string, remedy: string];

/** Collects the diagnostics of one document, in the order in which they are found. */
export class Report {
  readonly #source: DocumentText;
  readonly #found: Diagnostic[] = [];

  constructor(source: DocumentText) {
    this.#source = source;
  }

  error(code: string, offset: number, ...saying: DiagnosticText): void {
    this.#say('error', code, offset, saying);
  }

  warning(code: string, offset: number, ...saying: DiagnosticText): void {
    this.#say('warning', code, offset, saying);
  }

  /** Adds the diagnostics of another parser. */
  add(diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  /** In document order. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#found.toSorted((a, b) => position(a) - position(b));
  }

  #say(
    severity: Diagnostic['severity'],
    code: string,
    offset: number,
    [message, remedy]: DiagnosticText,
  ): void {
    this.#found.push({ code, severity, message, remedy, place: this.#source.placeAt(offset) });
  }
}

/** Lines are shorter than 2^31 characters, so one number is enough to order places. */
function position({ place }: Diagnostic): number {
  return place ? place.line * 2 ** 31 + place.column : 0;
}
