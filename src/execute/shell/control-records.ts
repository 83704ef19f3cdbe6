import type { Readable } from 'node:stream';
import { BoundedBytes, sizeText } from '../../base/bounded-bytes.ts';
import { MOST_KEPT } from '../most-kept.ts';

/** What a shell has said of itself, by letter; execute/host-script, report and launch write it. */
export type Records = ReadonlyMap<string, Buffer>;

/**
 * Exports before (`b`) and after (`v`) a fence, the directory (`d`), why it did not start (`u`), that it did (`s`), the
 * standard error of a program of ours (`x`). Nothing else is kept, or a far side could fill a map with all letters.
 */
const KEPT = new Set(['b', 'v', 'd', 'u', 's', 'x']);

/**
 * Takes a record in. `s` says that the fence's own program begins: what came before it (a greeting of sudo, of the shell's
 * start-up files) was not meant as a record.
 */
export function takeRecord(records: Map<string, Buffer>, tag: string, content: Buffer): void {
  if (tag === 's') records.clear();
  if (KEPT.has(tag)) records.set(tag, content);
}

/** Why a fence on this machine is cut off whose shell reports without end. */
export const TOO_MANY_RECORDS = `the fence was cut off, since its shell exports more than ${sizeText(MOST_KEPT.record)} (unset what no later step needs)`;

/** Who hears of records. */
export interface RecordListener {
  onRecord(tag: string, content: Buffer): void;
  /** A record has no end within what is kept of one. Nothing more is heard. */
  onTooMuch(): void;
}

/**
 * Reads the control pipe: records of one letter and their content, parted by NULs, which no path, variable or number
 * holds. Empty ones are nothing. The answer takes in a last record that nothing came after.
 */
export function readControlRecords(control: Readable, listener: RecordListener): () => void {
  const { push, take } = recordParser(listener);
  control.on('data', push);
  control.on('error', () => {});
  return take;
}

/** The records of a shell that has ended. Too much is as nothing: such a shell did not behave as one. */
export function recordsIn(bytes: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  const { push, take } = recordParser({
    onRecord: (tag, content) => takeRecord(records, tag, content),
    onTooMuch: () => records.clear(),
  });
  push(bytes);
  take();
  return records;
}

/** The same, fed chunk by chunk. */
export function recordParser({ onRecord, onTooMuch }: RecordListener): {
  push(chunk: Buffer): void;
  take(): void;
} {
  const open = new BoundedBytes(MOST_KEPT.record);
  let deaf = false;
  const take = () => {
    const record = open.take();
    if (record.length > 0) onRecord(record.toString('latin1', 0, 1), record.subarray(1));
  };
  const push = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !deaf; ) {
      const end = chunk.indexOf(0, at);
      if (!open.add(chunk.subarray(at, end < 0 ? undefined : end))) {
        deaf = true;
        open.take();
        return onTooMuch();
      }
      if (end < 0) return;
      at = end + 1;
      take();
    }
  };
  return { push, take };
}
