import { watch } from 'node:fs';
import { isRunning } from '../../journal/lock/process-identity.ts';
import { passesFolder, readRecord } from '../../journal/passes/read-record.ts';
import type { RecordHead, RecordLine } from '../../model/pass-record.ts';
import type { OperationContext } from '../operation.ts';
import { outputOf, type WantedOutput } from './output-of.ts';
import { RecordTail } from './record-tail.ts';

/** Milliseconds after which the process of the pass is looked for: a killed one writes no end. */
const LIFE_MS = 1_000;

/** Emits the output of a pass as it is recorded, until the pass has ended or the signal aborts. */
export async function followOutput(
  { emit, signal }: OperationContext,
  { folder, head, wanted }: { folder: string; head: RecordHead; wanted: WantedOutput },
): Promise<void> {
  const tail = new RecordTail(passesFolder(folder), head.id);
  const lines = new OutputLines(wanted, (text) => emit({ type: 'output', step: wanted.step ?? '', text }));
  /** Whether the pass goes on. */
  const readNew = async (): Promise<boolean> => {
    const runs = isRunning(head.process);
    if (await tail.read((added) => lines.add(added.map(({ line }) => line)))) return runs && !lines.ended;
    const record = await readRecord(folder, head.id);
    lines.add(record?.lines.slice(tail.at) ?? []);
    return false;
  };
  await whileChanging(passesFolder(folder), signal, readNew);
  lines.finish();
}

/** Calls `readNew` after each change of a folder, and every second, until it answers false or the signal aborts. */
async function whileChanging(
  folder: string,
  signal: AbortSignal,
  readNew: () => Promise<boolean>,
): Promise<void> {
  let stop = () => {};
  await new Promise<void>((resolve, reject) => {
    let queue = Promise.resolve(true);
    const check = () => {
      queue = queue.then(async (goesOn) => goesOn && (await readNew()));
      queue.then((goesOn) => goesOn || resolve(), reject);
    };
    const watcher = watch(folder, check).on('error', reject);
    const timer = setInterval(check, LIFE_MS);
    signal.addEventListener('abort', () => resolve(), { once: true });
    stop = () => {
      watcher.close();
      clearInterval(timer);
    };
    check();
  }).finally(() => stop());
}

/** The wanted output of lines that arrive in pieces. */
class OutputLines {
  ended = false;
  /** With a filter: the beginning of a line, which is judged when it is whole. */
  #rest = '';

  constructor(
    private readonly wanted: WantedOutput,
    private readonly print: (text: string) => void,
  ) {}

  add(lines: readonly RecordLine[]): void {
    this.ended ||= lines.some(({ type }) => type === 'record-ended');
    const { matches, ...ofStep } = this.wanted;
    const text = this.#rest + outputOf(lines, ofStep);
    const end = matches ? text.lastIndexOf('\n') + 1 : text.length;
    this.#rest = text.slice(end);
    const whole = text.slice(0, end);
    this.#print(
      matches ? (whole.match(/.*\n/g) ?? []).filter((line) => matches(line.slice(0, -1))).join('') : whole,
    );
  }

  finish(): void {
    if (this.wanted.matches?.(this.#rest)) this.#print(this.#rest);
  }

  #print(text: string): void {
    if (text !== '') this.print(text);
  }
}
