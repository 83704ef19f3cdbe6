import type { z } from 'zod';
import { nearest } from '../../base/nearest.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { AgentTool } from '../../operations/agent/tool.ts';

/**
 * Maximum size of all arguments of one call as JSON, in characters: more than any step needs, and small enough to
 * handle.
 */
const MAX_CHARACTERS = 1_000_000;

/** Maximum number of reported argument errors. */
const MAX_SAID = 8;

/**
 * Parses the arguments of a call by the tool's schema.
 *
 * @throws RunbookError with a diagnostic for each invalid argument, naming the nearest valid one.
 */
export function readToolArguments(tool: AgentTool, given: unknown): Record<string, unknown> {
  const args = (given ?? {}) as Record<string, unknown>;
  refuseHuge(tool, args);
  refuseUnknown(tool, args);
  const first = tool.input.safeParse(args);
  if (first.success) return first.data;
  const second = tool.input.safeParse(coerced(args, first.error.issues));
  if (second.success) return second.data;
  throw wrong(first.error.issues.slice(0, MAX_SAID).map((issue) => diagnosticOf(tool, issue)));
}

function refuseHuge(tool: AgentTool, args: Record<string, unknown>): void {
  const characters = JSON.stringify(args).length;
  if (characters <= MAX_CHARACTERS) return;
  throw wrong([
    {
      code: 'arguments-too-large',
      severity: 'error',
      message: `The arguments of ${tool.name} may have at most ${MAX_CHARACTERS} characters. These have ${characters}.`,
      remedy: 'Put large content into a file on the box, and pass the path.',
    },
  ]);
}

/** Zod's objects drop unknown keys. A misspelled argument that is ignored is worse than an error. */
function refuseUnknown(tool: AgentTool, args: Record<string, unknown>): void {
  const { shape } = tool.input;
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length === 0) return;
  const known = Object.keys(shape);
  throw wrong(
    unknown.slice(0, MAX_SAID).map((name) => {
      const near = nearest(name.slice(0, 100), known);
      return {
        code: 'unknown-argument',
        severity: 'error',
        message: `${tool.name} has no argument ${JSON.stringify(name.slice(0, 100))}.`,
        remedy: near
          ? `Did you mean ${near}?`
          : `Its arguments: ${known.join(', ') || 'none'}. Omit the others.`,
      };
    }),
  );
}

/** Corrects what models often send: null for an omitted argument, JSON text for a list, an object or a number. */
function coerced(
  args: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
): Record<string, unknown> {
  const coercedArgs = { ...args };
  for (const name of new Set(issues.map((issue) => String(issue.path[0])))) {
    const value = coercedArgs[name];
    if (value === null) delete coercedArgs[name];
    if (typeof value === 'string') coercedArgs[name] = parsed(value);
  }
  return coercedArgs;
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
    remedy: meaning ? `${String(issue.path[0])}: ${meaning}` : "Follow the tool's input schema.",
  };
}

function wrong(diagnostics: readonly Diagnostic[]): RunbookError {
  return new RunbookError(diagnostics, EXIT.usage);
}
