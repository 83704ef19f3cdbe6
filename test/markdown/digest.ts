import type { DocumentText } from '../../src/markdown/source.ts';
import type { Place, Span } from '../../src/model/place.ts';
import type { Runbook } from '../../src/model/runbook.ts';

/** A runbook for review: places as `line:column`, spans as the text that they cover, without empty fields. */
export function digest(source: DocumentText, runbook: Runbook): unknown {
  const short = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(short);
    if (value === null || typeof value !== 'object')
      return value === '' || value === false ? undefined : value;
    if (isPlace(value)) return `${value.line}:${value.column}`;
    if (isSpan(value)) return excerpt(source.text.slice(value.start, value.end));
    const entries = Object.entries(value).map(([key, each]) => [key, short(each)] as const);
    const filled = entries.filter(([, each]) => each !== undefined);
    return filled.length === 0 ? undefined : Object.fromEntries(filled);
  };
  const { diagnostics, ...rest } = runbook;
  const said = diagnostics.map(({ place, severity, code, message, remedy }) => {
    return `${place?.line}:${place?.column} ${severity} ${code}: ${message} ${remedy}`;
  });
  return { diagnostics: said, ...(short(rest) as object) };
}

function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 30)} … ${text.slice(-25)}`;
}

function isPlace(value: object): value is Place {
  return 'line' in value && 'column' in value;
}

function isSpan(value: object): value is Span {
  return 'start' in value && 'end' in value;
}
