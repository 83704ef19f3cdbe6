import { z } from 'zod';
import { LoopEntry } from '../../loop/loop.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { JsonLine } from '../lines/json-lines.ts';
import { AGENT_SCHEMA, AgentEntry } from './agent-entry.ts';

export type JournalRow = LoopEntry | AgentEntry;

/** One line of the agent's journal, without its number: `at` in milliseconds since the epoch. */
export type JournalLine = JournalRow & { readonly at: number };

/** What the lines say. `path` names the journal in errors. @throws RunbookError 3 for a line of a newer version */
export function entriesIn(lines: readonly JsonLine[], path: string): JournalLine[] {
  return lines.flatMap(({ value }) => entryIn(value, path));
}

const Line = z.object({ v: z.number(), at: z.string(), kind: z.string() }).loose();

/** Skips what is not a line of this journal: its content was never reported to anyone. */
function entryIn(value: unknown, path: string): JournalLine[] {
  const outer = Line.safeParse(value);
  if (!outer.success) return [];
  if (outer.data.v > AGENT_SCHEMA) throw newerJournal(path);
  const at = Date.parse(outer.data.at);
  const entry = LoopEntry.safeParse(outer.data);
  if (entry.success) return [{ ...entry.data, at }];
  const other = AgentEntry.safeParse(outer.data);
  return other.success ? [{ ...other.data, at }] : [];
}

function newerJournal(path: string): RunbookError {
  return runbookError(
    {
      code: 'newer-journal',
      message: `${path} was written by a newer version of runbook.`,
      remedy: 'Use that version, or move the file away to start a new journal.',
    },
    EXIT.person,
  );
}
