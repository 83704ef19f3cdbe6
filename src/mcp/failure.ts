import type { CallToolResult } from '@modelcontextprotocol/server';
import { plainText } from '../base/plain-text.ts';
import { type Diagnostic, RunbookError } from '../model/diagnostic.ts';

/** Clients truncate error texts at 11,000 characters, so the start must be sufficient. */
const MAX_CHARACTERS = 8_000;

/** Converts an error of the caller into the text for its model: only code, message, remedy and place. */
export function failure(error: unknown): CallToolResult {
  const diagnostics = error instanceof RunbookError ? error.diagnostics : [defect(error)];
  const text = plainText(diagnostics.map(described).join('\n\n'));
  const cut = text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
  return { isError: true, content: [{ type: 'text', text: cut }] };
}

function described({ code, message, remedy, place, cause }: Diagnostic): string {
  const at = place ? `\nAt: ${place.file}:${place.line}:${place.column}` : '';
  return `${code}: ${message}${at}${line('Cause', cause)}${line('Remedy', remedy)}`;
}

const line = (name: string, text: string | undefined) => (text ? `\n${name}: ${text}` : '');

function defect(error: unknown): Diagnostic {
  return {
    code: 'defect',
    severity: 'error',
    message: `runbook itself failed: ${error instanceof Error ? error.message : String(error)}`,
    remedy:
      'Nothing that was journaled is lost. Continue with another call, and report this one to the person.',
  };
}
