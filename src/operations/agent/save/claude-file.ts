import { basename, join } from 'node:path';
import { parseRunbook } from '../../../markdown/parse.ts';
import type { Learned } from '../../../markdown/record/learned.ts';
import { recordLearned } from '../../../markdown/record/record.ts';
import { sourceOf } from '../../../markdown/source.ts';
import { readVendoredFile } from '../../document/vendored-file.ts';
import type { AgentContext } from '../tool.ts';
import type { AgentDocument } from '../working.ts';
import { writeText } from './write-document.ts';

/**
 * Where the project keeps a CLAUDE.md, the decisions and facts go there too, with one line that points to the runbook. Answers the
 * paths that were written. A project without that file gets none.
 */
export async function writeClaude(
  context: Pick<AgentContext, 'world' | 'signal' | 'trust'>,
  document: AgentDocument,
  { facts = [], decisions = [] }: Learned,
): Promise<string[]> {
  const path = join(document.folder, 'CLAUDE.md');
  if (path === document.path) return [];
  const content = await readVendoredFile(document.folder, 'CLAUDE.md', { mayBeOutside: false }).catch(
    () => undefined,
  );
  if (content === undefined) return [];
  const text = content.toString('utf8');
  const source = sourceOf(text, 'CLAUDE.md');
  const runbook = parseRunbook(source);
  const recorded = recordLearned(source, runbook, { facts, decisions });
  const pointed = withPointer(recorded, basename(document.path), source.eol);
  const claude = { source, runbook, file: 'CLAUDE.md', path, folder: document.folder, exists: true };
  const { written } = await writeText(context, claude, pointed, {});
  return written ? [path] : [];
}

/** Only once: a file that mentions the runbook needs no pointer. */
function withPointer(text: string, name: string, eol: string): string {
  if (text.includes(name)) return text;
  const end = text === '' || text.endsWith('\n') ? '' : eol;
  return `${text}${end}${eol}How this system is brought up, and every problem solved on the way: @${name}${eol}`;
}
