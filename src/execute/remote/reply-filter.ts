import { BoundedBytes } from '../../base/bounded-bytes.ts';
import { MOST_KEPT } from '../most-kept.ts';

/** Who hears what a session's standard output holds. */
export interface ReplyListener {
  onReply(text: Buffer): void;
  /** Everything between replies. */
  onRest(bytes: Buffer): void;
  /** A reply has no end within what is kept of one. Nothing more is heard. */
  onTooMuch(): void;
}

/**
 * Takes the keeper's replies, `SOH K NONCE SPACE text NUL`, out of the records among which they stand. Each is written by
 * one system call, so it is whole, wherever it stands; without it the records are as if it had never been there.
 */
export function replyFilter(
  nonce: string,
  { onReply, onRest, onTooMuch }: ReplyListener,
): (chunk: Buffer) => void {
  const mark = Buffer.from(`\x01K${nonce} `);
  const reply = new BoundedBytes(MOST_KEPT.reply);
  let within = false;
  let deaf = false;
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    while (!deaf) {
      if (within) {
        const end = bytes.indexOf(0);
        if (!reply.add(bytes.subarray(0, end < 0 ? undefined : end))) {
          deaf = true;
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
    if (deaf) return;
    const kept = startOfMark(bytes, mark);
    if (kept < bytes.length) held = bytes.subarray(kept);
    if (kept > 0) onRest(bytes.subarray(0, kept));
  };
}

/**
 * Parts the output of one frame from that of the next, at `NUL NONCE . NUL`. Not the word alone: it is an argument of the
 * host, and a frame that reads /proc/PID/cmdline prints it between two NULs.
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

/** Where a mark may have begun that the next chunk completes; the length, where none has. */
function startOfMark(bytes: Buffer, mark: Buffer): number {
  for (let at = Math.max(0, bytes.length - mark.length + 1); at < bytes.length; at += 1) {
    if (bytes[at] === mark[0] && bytes.subarray(at).equals(mark.subarray(0, bytes.length - at))) return at;
  }
  return bytes.length;
}
