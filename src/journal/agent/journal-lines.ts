import { z } from 'zod';
import { LoopEntry } from '../../loop/loop.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import { AGENT_SCHEMA, AgentEntry } from './agent-entry.ts';

export type JournalRow = LoopEntry | AgentEntry;

/** One line of the agent's journal, without its number: `at` in milliseconds since the epoch. */
export type JournalLine = JournalRow & { readonly at: number };

/** The lines of a text. `path` names the journal in errors. @throws RunbookError 3 for a line of a newer version */
export function readLines(text: string, path: string): JournalLine[] {
  return text.split('\n').flatMap((line) => readLine(line, path));
}

const Line = z.object({ v: z.number(), at: z.string(), kind: z.string() }).loose();

/** Skips an incomplete line: its content was never reported to anyone. */
function readLine(line: string, path: string): JournalLine[] {
  if (line === '') return [];
  const outer = Line.safeParse(parsed(line));
  if (!outer.success) return [];
  if (outer.data.v > AGENT_SCHEMA) throw newerJournal(path);
  const at = Date.parse(outer.data.at);
  const entry = LoopEntry.safeParse(outer.data);
  if (entry.success) return [{ ...entry.data, at }];
  const other = AgentEntry.safeParse(outer.data);
  return other.success ? [{ ...other.data, at }] : [];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
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
