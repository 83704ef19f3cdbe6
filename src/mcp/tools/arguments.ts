import type { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { AgentTool } from '../../operations/agent/tool.ts';

/** Characters of all arguments of one call as JSON: more than any step is long, less than what hurts. */
const MOST_CHARACTERS = 1_000_000;

/** Said of so many wrong arguments at once; the rest shows when these are right. */
const MOST_SAID = 8;

/**
 * The arguments of a call as the tool wants them.
 *
 * @throws RunbookError with a diagnostic for each wrong argument, naming the nearest right one.
 */
export function readArguments(tool: AgentTool, given: unknown): Record<string, unknown> {
  const args = (given ?? {}) as Record<string, unknown>;
  refuseHuge(tool, args);
  refuseUnknown(tool, args);
  const first = tool.input.safeParse(args);
  if (first.success) return first.data;
  const second = tool.input.safeParse(mended(args, first.error.issues));
  if (second.success) return second.data;
  throw wrong(first.error.issues.slice(0, MOST_SAID).map((issue) => diagnosticOf(tool, issue)));
}

function refuseHuge(tool: AgentTool, args: Record<string, unknown>): void {
  const characters = JSON.stringify(args).length;
  if (characters <= MOST_CHARACTERS) return;
  throw wrong([
    {
      code: 'arguments-too-large',
      severity: 'error',
      message: `The arguments of ${tool.name} are ${characters} characters; ${MOST_CHARACTERS} are the most.`,
      remedy: 'Put large content into a file on the box, and name the file.',
    },
  ]);
}

/** Zod's objects drop what they do not know; a misspelt argument that does nothing is worse than an error. */
function refuseUnknown(tool: AgentTool, args: Record<string, unknown>): void {
  const { shape } = tool.input;
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length === 0) return;
  const known = Object.keys(shape);
  throw wrong(
    unknown.slice(0, MOST_SAID).map((name) => {
      const near = nearest(name.slice(0, 100), known);
      return {
        code: 'unknown-argument',
        severity: 'error',
        message: `${tool.name} has no argument ${JSON.stringify(name.slice(0, 100))}.`,
        remedy: near
          ? `Did you mean ${near}?`
          : `It takes: ${known.join(', ') || 'no arguments'}. Leave the others out.`,
      };
    }),
  );
}

/** What models often send for what they mean: null for an argument left out, JSON text for a list, an object or a number. */
function mended(args: Record<string, unknown>, issues: readonly z.core.$ZodIssue[]): Record<string, unknown> {
  const mending = { ...args };
  for (const name of new Set(issues.map((issue) => String(issue.path[0])))) {
    const value = mending[name];
    if (value === null) delete mending[name];
    if (typeof value === 'string') mending[name] = parsed(value);
  }
  return mending;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function diagnosticOf(tool: AgentTool, issue: z.core.$ZodIssue): Diagnostic {
  const path = issue.path.map(String).join('.').slice(0, 200);
  const field = tool.input.shape[String(issue.path[0])] as z.ZodType | undefined;
  const meaning = field?.description;
  return {
    code: 'invalid-argument',
    severity: 'error',
    message: `${tool.name}${path ? `, ${path}` : ''}: ${issue.message.slice(0, 500)}.`.replace(/\.\.$/, '.'),
    remedy: meaning
      ? `${String(issue.path[0])}: ${meaning}`
      : 'Give it as the input schema of the tool says.',
  };
}

function wrong(diagnostics: readonly Diagnostic[]): RunbookError {
  return new RunbookError(diagnostics, EXIT.usage);
}
