import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { decodeSource, type Source } from '../markdown/source.ts';
import { parseRunbook } from '../markdown/parse.ts';
import { type Diagnostic, EXIT, type ExitCode, RunbookError } from '../model/diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';

/** A document as read: its bytes decoded, its meaning, and where it really lives. */
export interface OpenedDocument {
  readonly source: Source;
  readonly runbook: Runbook;
  /** Path as the person gave it. */
  readonly file: string;
  /** Symlinks followed. */
  readonly path: string;
  /** Where relative paths start. */
  readonly folder: string;
}

/** Larger than any runbook a person reads; a log file named by mistake is refused before it is decoded. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/**
 * Reads and parses a document; its diagnostics come along, errors included.
 * @throws RunbookError 64 for a path that is no file, 65 for bytes that are no text.
 */
export async function readDocument(cwd: string, file: string, options: { loose?: boolean } = {}): Promise<OpenedDocument> {
  const path = await existingFile(cwd, file);
  const decoded = decodeSource(await readBounded(path, file), file);
  if ('diagnostics' in decoded) throw new RunbookError(decoded.diagnostics, EXIT.document);
  const runbook = parseRunbook(decoded.source, options);
  return { source: decoded.source, runbook, file, path, folder: dirname(path) };
}

/** Like readDocument, but any error in the document ends it with exit 65, all of them told at once. */
export async function readValidDocument(cwd: string, file: string, options: { loose?: boolean } = {}): Promise<OpenedDocument> {
  const document = await readDocument(cwd, file, options);
  refuseErrors(document.runbook.diagnostics, EXIT.document);
  return document;
}

/** @throws RunbookError with every diagnostic where at least one is an error. */
export function refuseErrors(diagnostics: readonly Diagnostic[], exit: ExitCode): void {
  if (diagnostics.some((each) => each.severity === 'error')) throw new RunbookError(diagnostics, exit);
}

async function existingFile(cwd: string, file: string): Promise<string> {
  const path = resolve(cwd, file);
  try {
    const status = await stat(path);
    if (status.isFile()) return await realpath(path);
    const inside = join(file, 'AUTODOCK.md');
    const there = await stat(join(path, 'AUTODOCK.md')).catch(() => undefined);
    throw usage(
      status.isDirectory() ? 'is-a-directory' : 'not-a-file',
      status.isDirectory() ? `${file} is a directory.` : `${file} is not a regular file.`,
      there ? `Did you mean ${inside}?` : 'Name a markdown file.',
    );
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw usage('no-such-file', `There is no file ${file}.`, `Check the path, or write a first ${basename(file)} with "runbook init".`);
    }
    throw usage('unreadable-file', `${file} cannot be read (${code}).`, 'Check its permissions and those of the folders above it.');
  }
}

async function readBounded(path: string, file: string): Promise<Buffer> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw usage('unreadable-file', `${file} cannot be read (${error.code}).`, 'Check its permissions.');
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_DOCUMENT_BYTES) {
      const mega = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
      throw new RunbookError(
        [
          {
            code: 'document-too-large',
            severity: 'error',
            message: `${file} has ${mega(size)}; a runbook may have ${mega(MAX_DOCUMENT_BYTES)}.`,
            remedy: 'Name the runbook itself; keep logs and data in files beside it.',
            place: { file, line: 1, column: 1 },
          },
        ],
        EXIT.document,
      );
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function usage(code: string, message: string, remedy: string): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], EXIT.usage);
}
