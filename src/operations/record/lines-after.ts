import { readRecord } from '../../journal/passes/read-record.ts';
import type { FollowedLine } from './follow-records.ts';

/** The lines of a record after a number, which counts from 1; empty: the record does not exist any more. */
export async function linesAfter(folder: string, pass: string, at: number): Promise<FollowedLine[]> {
  const record = await readRecord(folder, pass);
  return (record?.lines ?? []).slice(at).map((line, index) => ({ pass, at: at + index + 1, line }));
}
