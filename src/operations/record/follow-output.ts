import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { entryOf, passesFolder, readRecord } from '../../journal/passes/read-record.ts';
import type { OperationContext } from '../operation.ts';
import { outputOf, type WantedOutput } from './output-of.ts';

/** Emits the output of a pass as it is recorded, until the pass has ended or the signal aborts. */
export async function followOutput(
  { emit, signal }: OperationContext,
  { folder, id, wanted }: { folder: string; id: string; wanted: WantedOutput },
): Promise<void> {
  let seen = 0;
  const printNew = async (): Promise<boolean> => {
    const record = await readRecord(folder, id);
    if (!record) return true;
    const text = outputOf(record.lines.slice(seen), wanted);
    seen = record.lines.length;
    if (text !== '') emit({ type: 'output', step: wanted.step ?? '', text });
    return entryOf(record).outcome !== 'running';
  };
  const changes = watch(passesFolder(folder), { signal });
  if (await printNew()) return;
  try {
    for await (const { filename } of changes)
      if (filename === null || join(filename).startsWith(id)) if (await printNew()) return;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
