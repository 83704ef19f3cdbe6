import { type Line, sourceOfLine } from '../failure-context.ts';

const PLACES = [
  /^\s*File "(?<file>[^"]+)", line (?<line>\d+)/,
  /^\s*at (?:.*\()?(?:file:\/\/)?(?<file>\/[^():]+|[\w$]+\.java):(?<line>\d+)(?::\d+)?\)?$/,
  /^\s*--> (?<file>[^\s:]+):(?<line>\d+)/,
  /^Origin: (?<file>[^\s:]+):(?<line>\d+)/,
  /^[│\s]*on (?<file>\S+) line (?<line>\d+)/,
  /^\s+(?<file>\/\S+\.go):(?<line>\d+)/,
  /^\s*(?:from )?(?<file>[\w./-]+\.rb):(?<line>\d+):in /,
  /^(?<file>\/\S+\.[cm]?[jt]s):(?<line>\d+)$/,
];

const FOREIGN =
  /node_modules|site-packages|dist-packages|\/usr\/(?:lib|local\/go|share)|^node:|<frozen|\/gems\/|\/rustc\//;

/**
 * The place in a file that a message belongs to: the first frame of its trace that is the step's own, or a place next to
 * it. Undefined if the line itself names one.
 */
export function placeInTrace(lines: readonly Line[], index: number): string | undefined {
  const { text } = lines[index]!;
  const source = sourceOfLine(lines[index]!);
  if (/\S+\.\w{1,5}:\d+|\bline \d+/.test(text)) return undefined;
  const offsets = [...Array(12).keys()].flatMap((each) => [-each - 1, each + 1]);
  for (const offset of offsets) {
    const line = lines[index + offset];
    if (line === undefined || sourceOfLine(line) !== source) continue;
    for (const pattern of PLACES) {
      const { file, line: number } = pattern.exec(line.text)?.groups ?? {};
      if (file !== undefined && !FOREIGN.test(file)) return `${file} line ${number}`;
    }
  }
  return undefined;
}
