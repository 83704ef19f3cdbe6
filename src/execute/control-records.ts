import type { Readable } from 'node:stream';

/** What a shell has said of itself, by letter; execute/host-script, report and launch write it. */
export type Records = ReadonlyMap<string, Buffer>;

/**
 * Takes a record in. `s` says that the fence's own program begins: what came before it (a greeting of sudo, of the shell's
 * start-up files) was not meant as a record.
 */
export function takeRecord(records: Map<string, Buffer>, tag: string, content: Buffer): void {
  if (tag === 's') records.clear();
  records.set(tag, content);
}

/**
 * Reads the control pipe: records of one letter and their content, parted by NULs, which no path, variable or number
 * holds. Empty ones are nothing. The answer takes in a last record that nothing came after.
 */
export function readRecords(control: Readable, onRecord: (tag: string, content: Buffer) => void): () => void {
  const { push, take } = recordParser(onRecord);
  control.on('data', push);
  control.on('error', () => {});
  return take;
}

/** The same, fed chunk by chunk. */
export function recordParser(onRecord: (tag: string, content: Buffer) => void): {
  push(chunk: Buffer): void;
  take(): void;
} {
  let open: Buffer[] = [];
  const take = () => {
    const record = open.length === 1 ? open[0]! : Buffer.concat(open);
    open = [];
    if (record.length > 0) onRecord(record.toString('latin1', 0, 1), record.subarray(1));
  };
  const push = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(0, at);
      open.push(chunk.subarray(at, end < 0 ? undefined : end));
      if (end < 0) return;
      at = end + 1;
      take();
    }
  };
  return { push, take };
}
