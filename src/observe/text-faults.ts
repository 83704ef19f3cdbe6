import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { TextFault } from '../model/facts/text-fault.ts';
import { evidenceStem } from './evidence-stem.ts';
import { namedPaths } from './logs/named-logs.ts';
import { tryRead } from './try-read.ts';

const HEAD_BYTES = 4096;
const MAX_PATHS = 60;

/** Files that a step names and that have Windows line ends or a byte order mark. */
export function textFaults(text: string, folder: string, home: string): TextFault[] {
  const at = new Date();
  const { logs, others } = namedPaths(text, folder, home);
  return [...new Set([...others, ...logs])].slice(0, MAX_PATHS).flatMap((path, index) => {
    const head = headOf(path);
    const fault = head === undefined ? undefined : faultOf(head);
    if (fault === undefined) return [];
    const near = relative(folder, path);
    const id = `ev-${evidenceStem(at)}-t${index}`;
    return [{ id, at: at.toISOString(), path: near.startsWith('..') ? path : near, fault }];
  });
}

function faultOf(head: Buffer): TextFault['fault'] | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'bom';
  return !head.includes(0) && head.includes('\r\n') ? 'crlf' : undefined;
}

/** Only of regular files: opening a pipe or a device could block. */
function headOf(path: string): Buffer | undefined {
  const read = tryRead(() => {
    if (!statSync(path).isFile()) return undefined;
    const file = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      return buffer.subarray(0, readSync(file, buffer, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  });
  return read.kind === 'read' ? read.value : undefined;
}
