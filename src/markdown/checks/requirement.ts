import type { Requirement } from '../../model/runbook.ts';

/** Bytes in a unit: decimal for MB, binary for MiB (IEC 80000-13). */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

const DISK = /^disk(?:\s+(\/\S*))?\s*>=\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/;
const TOOL = /^([\w.+-]+)(?:\s*(>=|<=|=|>|<)\s*v?(\d[\w.+-]*))?$/;

/** Parses `curl`, `kubectl >= 1.30`, `disk >= 5GB` or `disk /var >= 5GB`. Returns undefined for anything else. */
export function readRequirement(written: string): Requirement | undefined {
  const text = written.trim();
  const disk = DISK.exec(text);
  const size = UNITS[disk?.[3]?.toUpperCase() ?? ''];
  if (disk && size)
    return { kind: 'disk', path: disk[1] ?? '/', bytes: Math.ceil(Number(disk[2]) * size), text };
  const tool = TOOL.exec(text);
  if (!tool || disk || tool[1] === 'disk') return undefined;
  const [, name = '', comparator, version] = tool;
  if (!comparator || !version) return { kind: 'tool', tool: name, text };
  return { kind: 'tool', tool: name, comparator: comparator as '=', version, text };
}
