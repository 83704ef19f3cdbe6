import type { CallToolResult } from '@modelcontextprotocol/server';
import { plainText } from '../base/plain-text.ts';
import { type Diagnostic, RunbookError } from '../model/diagnostic.ts';

/** Clients cut error texts at 11,000 characters; what comes first has to suffice. */
const MOST_CHARACTERS = 8_000;

/** What the caller got wrong, as the text that its model sees: code, message, remedy and place, and nothing else. */
export function failure(error: unknown): CallToolResult {
  const diagnostics = error instanceof RunbookError ? error.diagnostics : [defect(error)];
  const text = plainText(diagnostics.map(described).join('\n\n'));
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
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
      'Nothing that was journaled is lost. Go on with another call, and tell the person about this one.',
  };
}
