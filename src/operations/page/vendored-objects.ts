import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { VendoredObjects } from '../../model/page.ts';
import type { Runbook } from '../../model/runbook.ts';

/** The objects of each vendored manifest that a runbook names, as `Kind namespace/name`; an unreadable file has an empty list. */
export async function vendoredObjects(runbook: Runbook, folder: string): Promise<VendoredObjects> {
  const files = new Set(
    runbook.steps.flatMap(({ actions }) =>
      actions.flatMap((action) => (action.kind === 'apply' && action.from ? [action.from] : [])),
    ),
  );
  const entries = [...files].map(async (file): Promise<[string, readonly string[]]> => {
    const text = await readFile(resolve(folder, file), 'utf8').catch(() => '');
    return [file, await objectNames(text)];
  });
  return new Map(await Promise.all(entries));
}

async function objectNames(text: string): Promise<readonly string[]> {
  const { readDocuments } = await import('../../cluster/apply/documents.ts');
  const read = readDocuments(headsOf(text));
  const objects = read.ok ? read.objects : [];
  return objects.map(
    ({ kind, metadata }) => `${kind} ${[metadata?.namespace, metadata?.name].filter(Boolean).join('/')}`,
  );
}

/**
 * A manifest without what its objects contain: reading a megabyte of definitions takes a second, and their names are needed only.
 * In block style a field of an object begins at the start of a line. Everything else (JSON, flow style, lists) is kept.
 */
function headsOf(text: string): string {
  let isKept = true;
  return text
    .split('\n')
    .filter((line) => {
      const field = /^([A-Za-z]\w*)[ \t]*:/.exec(line)?.[1];
      if (field !== undefined) isKept = HEAD_FIELDS.has(field);
      else if (/^(---|\.\.\.|[^\s#-])/.test(line)) isKept = true;
      return isKept;
    })
    .join('\n');
}

const HEAD_FIELDS = new Set(['apiVersion', 'kind', 'metadata', 'items']);
