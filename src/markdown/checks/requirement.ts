import { parseByteSize } from '../../base/byte-size.ts';
import type { Requirement } from '../../model/runbook.ts';

const DISK = /^disk(?:\s+(\/\S*))?\s*>=\s*(\d+(?:\.\d+)?\s*[A-Za-z]+)$/;
const TOOL = /^([\w.+-]+)(?:\s*(>=|<=|=|>|<)\s*v?(\d[\w.+-]*))?$/;

/** Parses `curl`, `kubectl >= 1.30`, `disk >= 5GB` or `disk /var >= 5GB`. Returns undefined for anything else. */
export function readRequirement(written: string): Requirement | undefined {
  const text = written.trim();
  const disk = DISK.exec(text);
  const bytes = parseByteSize(disk?.[2] ?? '');
  if (disk && bytes !== undefined) return { kind: 'disk', path: disk[1] ?? '/', bytes, text };
  const tool = TOOL.exec(text);
  if (!tool || disk || tool[1] === 'disk') return undefined;
  const [, name = '', comparator, version] = tool;
  if (!comparator || !version) return { kind: 'tool', tool: name, text };
  return { kind: 'tool', tool: name, comparator: comparator as '=', version, text };
}
