import { BoundedBytes } from '../../base/bounded-bytes.ts';
import { MAX_KEPT } from '../max-kept.ts';

/** Receives the parts of a session's standard output. */
export interface ReplyListener {
  onReply(text: Buffer): void;
  /** Everything between replies. */
  onRest(bytes: Buffer): void;
  /** A reply exceeded the size limit. Nothing is read after that. */
  onTooMuch(): void;
}

/**
 * Separates the watchdog's replies, `SOH K NONCE SPACE text NUL`, from the records around them. Each reply is written
 * by one system call, so it is never interrupted by a record; removing it leaves the records intact.
 */
export function replyFilter(
  nonce: string,
  { onReply, onRest, onTooMuch }: ReplyListener,
): (chunk: Buffer) => void {
  const mark = Buffer.from(`\x01K${nonce} `);
  const reply = new BoundedBytes(MAX_KEPT.reply);
  let within = false;
  let stopped = false;
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    while (!stopped) {
      if (within) {
        const end = bytes.indexOf(0);
        if (!reply.add(bytes.subarray(0, end < 0 ? undefined : end))) {
          stopped = true;
          reply.take();
          return onTooMuch();
        }
        if (end < 0) return;
        within = false;
        onReply(reply.take());
        bytes = bytes.subarray(end + 1);
      }
      const at = bytes.indexOf(mark);
      if (at < 0) break;
      if (at > 0) onRest(bytes.subarray(0, at));
      within = true;
      bytes = bytes.subarray(at + mark.length);
    }
    if (stopped) return;
    const kept = startOfMark(bytes, mark);
    if (kept < bytes.length) held = bytes.subarray(kept);
    if (kept > 0) onRest(bytes.subarray(0, kept));
  };
}

/**
 * Separates the output of one frame from the next, at `NUL NONCE . NUL`. The nonce alone would not do: it is an
 * argument of the shell process, so a frame that reads /proc/PID/cmdline prints it between two NULs.
 */
export function markSplitter(
  nonce: string,
  { onMark, onOutput }: { onMark: () => void; onOutput: (bytes: Buffer) => void },
): (chunk: Buffer) => void {
  const mark = Buffer.from(`\0${nonce}.\0`);
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    for (;;) {
      const at = bytes.indexOf(mark);
      if (at < 0) break;
      if (at > 0) onOutput(bytes.subarray(0, at));
      onMark();
      bytes = bytes.subarray(at + mark.length);
    }
    const kept = startOfMark(bytes, mark);
    if (kept < bytes.length) held = bytes.subarray(kept);
    if (kept > 0) onOutput(bytes.subarray(0, kept));
  };
}

/** Start of a possibly incomplete mark at the end of the bytes; the length if missing. */
function startOfMark(bytes: Buffer, mark: Buffer): number {
  for (let at = Math.max(0, bytes.length - mark.length + 1); at < bytes.length; at += 1) {
    if (bytes[at] === mark[0] && bytes.subarray(at).equals(mark.subarray(0, bytes.length - at))) return at;
  }
  return bytes.length;
}
