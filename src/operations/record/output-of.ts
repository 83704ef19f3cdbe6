import type { RecordLine } from '../../model/pass-record.ts';

/** Which output is wanted: of one step, and only lines that match. */
export interface WantedOutput {
  readonly step?: string;
  readonly matches?: (line: string) => boolean;
}

/** The output in a record. Where several steps are shown, a line names each before its output. */
export function outputOf(lines: readonly RecordLine[], wanted: WantedOutput): string {
  const text = lines.map((line) => pieceOf(line, wanted)).join('');
  if (!wanted.matches) return text;
  return text
    .split('\n')
    .filter((line) => wanted.matches?.(line))
    .join('\n');
}

function pieceOf(line: RecordLine, { step }: WantedOutput): string {
  switch (line.type) {
    case 'step-started':
      return step === undefined ? `== ${line.step}\n` : '';
    case 'output':
      return step === undefined || line.step === step ? line.text : '';
    case 'output-omitted':
      return step === undefined || line.step === step
        ? `\n[${line.characters} characters are not recorded]\n`
        : '';
    default:
      return '';
  }
}
