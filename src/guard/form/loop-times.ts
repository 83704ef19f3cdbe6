import { resolve, type ScriptState } from './reading.ts';
import { type ShellLoop, type ShellScript, shellScript } from './shell-script.ts';
import { type ShellWord, wordText } from './shell-word.ts';

/**
 * The maximum number of iterations of a loop. Infinity: no bound is written. NaN: it depends on the box, as in `for f
 * in *.yaml`.
 */
export function loopTimes(loop: ShellLoop, reading: ScriptState): number {
  if (loop.keyword === 'for') return forTimes(loop.over, reading);
  const bounds = [...testedNumbers(loop.condition, reading), ...testedNumbers(loop.body, reading)];
  return bounds.length > 0 ? Math.max(...bounds) : Number.POSITIVE_INFINITY;
}

/** `i in 1 2 3`, `((i=0; i<30; i++))`. */
function forTimes(over: readonly ShellWord[], reading: ScriptState): number {
  const head = over.map((each) => wordText(each)).join(' ');
  if (!head.startsWith('((')) return over.slice(2).reduce((sum, each) => sum + wordTimes(each, reading), 0);
  const numbers = numbersIn(resolve(head, reading));
  return numbers.length > 0 ? Math.max(...numbers) : Number.POSITIVE_INFINITY;
}

function wordTimes(word: ShellWord, reading: ScriptState): number {
  const [piece] = word.pieces;
  if (typeof piece === 'object') return seqTimes(piece.script, reading);
  const text = resolve(wordText(word), reading);
  const range = /^\{(\d+)\.\.(\d+)(?:\.\.(\d+))?\}$/.exec(text);
  if (range && !word.quoted) return count(Number(range[1]), Number(range[2]), Number(range[3] ?? 1));
  return /[*?$[]/.test(text) && !word.quoted ? Number.NaN : 1;
}

/** `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`. */
function seqTimes(script: string, reading: ScriptState): number {
  const nodes = shellScript(script);
  const command = nodes?.[0];
  if (nodes?.length !== 1 || command?.kind !== 'command') return Number.NaN;
  const [name, ...numbers] = command.words.map((each) => resolve(wordText(each), reading));
  if (name !== 'seq' || !numbers.every((each) => /^\d+$/.test(each))) return Number.NaN;
  const [a, b, c] = numbers.map(Number);
  if (c !== undefined) return count(a!, c, b!);
  return b === undefined ? count(1, a ?? 0, 1) : count(a!, b, 1);
}

function count(first: number, last: number, step: number): number {
  return Math.floor(Math.abs(last - first) / Math.max(1, step)) + 1;
}

/** The numbers that a counter is compared with: `[ $i -lt 30 ]`, `((i >= 30))`. */
function testedNumbers(script: ShellScript, reading: ScriptState): number[] {
  return script.flatMap((node) => {
    if (node.kind !== 'command') return [];
    const written = node.words.map((each) => wordText(each)).join(' ');
    const isArithmetic = /^\(\(.*[<>]/.test(written);
    if (!isArithmetic && !/^(?:\[|\[\[|test) .*-(?:lt|le|gt|ge|eq|ne) /.test(written)) return [];
    const text = isArithmetic ? written.replace(/(?<![\w$])[A-Za-z_]\w*/g, '$$$&') : written;
    return numbersIn(resolve(text, reading)).filter((each) => each > 1);
  });
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![\w$])\d+\b/g)].map(([digits]) => Number(digits));
}
