import type { Readable } from 'node:stream';
import { BoundedBytes, sizeText } from '../../base/bounded-bytes.ts';
import { MAX_KEPT } from '../max-kept.ts';

/** Records that a shell wrote about itself, by letter. shell-script, report and launch write them. */
export type Records = ReadonlyMap<string, Buffer>;

/**
 * Exports before (`b`) and after (`v`) a fence, its directory (`d`), why it did not start (`u`), that it did (`s`), the
 * line at which it failed (`l`), and the standard error of one of our own programs (`x`). Other letters are dropped, so that a remote host cannot fill the
 * map.
 */
const KEPT = new Set(['b', 'v', 'd', 'u', 's', 'x', 'l']);

/**
 * Stores a record. `s` means that the fence's own program starts: anything before it, such as a greeting of sudo or of
 * start-up files, was not a record.
 */
export function takeRecord(records: Map<string, Buffer>, tag: string, content: Buffer): void {
  if (tag === 's') records.clear();
  if (KEPT.has(tag)) records.set(tag, content);
}

/** Why a fence on this machine was stopped after its shell exceeded the record limit. */
export const TOO_MANY_RECORDS = `the fence was stopped because its shell exports more than ${sizeText(MAX_KEPT.record)}; unset variables that no later step needs`;

/** Receives records. */
export interface RecordListener {
  onRecord(tag: string, content: Buffer): void;
  /** A record exceeded the size limit. Nothing is read after that. */
  onTooMuch(): void;
}

/**
 * Reads the control pipe: records of one letter and content, separated by NULs, which no path, variable or number
 * contains. Empty records are ignored. The returned function stores the last record if nothing followed it.
 */
export function readControlRecords(control: Readable, listener: RecordListener): () => void {
  const { push, take } = recordParser(listener);
  control.on('data', push);
  control.on('error', () => {});
  return take;
}

/** The records of a shell that has ended. Empty if a record exceeded the size limit. */
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
  const open = new BoundedBytes(MAX_KEPT.record);
  let stopped = false;
  const take = () => {
    const record = open.take();
    if (record.length > 0) onRecord(record.toString('latin1', 0, 1), record.subarray(1));
  };
  const push = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !stopped; ) {
      const end = chunk.indexOf(0, at);
      if (!open.add(chunk.subarray(at, end < 0 ? undefined : end))) {
        stopped = true;
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
