import type { ShellAction } from '../../model/action.ts';
import type { Check, ProbeCheck, ShellCheck } from '../../model/check.ts';
import { type Code, type CodeReader, type ReadAction, readAction } from '../action-fence.ts';
import { readAttributes } from '../attributes.ts';
import { parseCheckLine } from './check-grammar.ts';

/**
 * Reads the code of a Verify or When: typed probes from `check` fences, and shell fences that pass with exit code 0.
 */
export function readChecks(reader: CodeReader, code: Code, part: 'verify' | 'when'): Check[] {
  if (code.isCheck) return readProbes(reader, code);
  if (!code.acts) return [];
  if (code.acts !== 'shell') {
    const message = `Only checks may be here. A fence with \`${code.acts}\` changes something.`;
    reader.report.error('action-in-verify', code.block.span.start, message, 'Move it under Run.');
    return [];
  }
  const read = readAction(reader, code, part);
  return read ? shellCheck(read) : [];
}

/** One probe per line. The fence's `within` is the default for its lines. */
function readProbes({ source, report }: CodeReader, { info, block }: Code): ProbeCheck[] {
  if (info.unreadable) {
    const message = `The attributes of a fence must be valid. These cannot be parsed: ${info.unreadable}.`;
    report.error('bad-attributes', block.span.start, message, 'Write `{"within":"30s"}`.');
  }
  const { withinMs } = readAttributes(info, block.span.start, report);
  const options = withinMs === undefined ? {} : { defaultWithinMs: withinMs };
  return block.lines.flatMap(({ start, end }) => {
    const { check, diagnostics } = parseCheckLine(
      source.text.slice(start, end),
      source.placeAt(start),
      options,
    );
    report.add(diagnostics);
    return check ? [check] : [];
  });
}

function shellCheck({ action, attributes }: ReadAction): ShellCheck[] {
  if (action.kind !== 'shell') return [];
  const { after, withinMs = 0 } = attributes;
  return [{ kind: 'shell', text: nameOf(action), action, after, withinMs, place: action.place }];
}

/** Its name in reports: the name attribute, or the first line that is not blank or a comment. */
function nameOf({ name, text }: ShellAction): string {
  const lines = text.split('\n').map((line) => line.trim());
  return name ?? lines.find((line) => line !== '' && !line.startsWith('#')) ?? '';
}
