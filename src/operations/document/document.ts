import { open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { replaceFile } from '../../base/disk/replace-file.ts';
import { draftOf, removeLeftDrafts } from '../../journal/draft.ts';
import { parseRunbook } from '../../markdown/parse.ts';
import { type Edit, splice } from '../../markdown/record/splice.ts';
import { isComposed } from '../../markdown/site/composed-text.ts';
import { decodeSource, LARGEST_DOCUMENT } from '../../markdown/source.ts';
import {
  type Diagnostic,
  EXIT,
  type ExitCode,
  RunbookError,
  runbookError,
  usageError,
} from '../../model/diagnostic.ts';
import { layersOf, type OpenedDocument } from './opened-document.ts';
import { readSite } from './site-document.ts';
import { withVendoredFiles } from './vendored-files.ts';

/**
 * Reads and parses a document; includes its diagnostics, also errors.
 * @throws RunbookError 64 for a path that is not a file, 65 for bytes that are not text
 */
export async function readDocument(
  cwd: string,
  file: string,
  options: { loose?: boolean } = {},
): Promise<OpenedDocument> {
  const document = await readLayers(cwd, { file, shown: file }, options, []);
  return { ...document, runbook: await withVendoredFiles(document.runbook, document.folder) };
}

/** A document as it is, or merged with its base if it is a site. `above`: the sites that it is read for. */
async function readLayers(
  cwd: string,
  { file, shown }: { readonly file: string; readonly shown: string },
  options: { loose?: boolean },
  above: readonly string[],
): Promise<OpenedDocument> {
  const path = await existingFile(cwd, file);
  const decoded = decodeSource(await readBounded(path, file), shown);
  if ('diagnostics' in decoded) throw new RunbookError(decoded.diagnostics, EXIT.document);
  const { source } = decoded;
  const own = { source, runbook: parseRunbook(source, options), file: shown, path, folder: dirname(path) };
  if (!own.runbook.frontMatter.site || above.includes(path)) return own;
  return await readSite(
    own,
    (folder, base, sites) => readLayers(folder, { file: base, shown: join(dirname(shown), base) }, {}, sites),
    above,
  );
}

/** Like readDocument, but throws with exit 65 and all errors if the document has any. */
export async function readValidDocument(
  cwd: string,
  file: string,
  options: { loose?: boolean } = {},
): Promise<OpenedDocument> {
  const document = await readDocument(cwd, file, options);
  refuseErrors(document.runbook.diagnostics, EXIT.document);
  return document;
}

/** @throws RunbookError with every diagnostic if at least one is an error */
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
    throw usageError(
      status.isDirectory() ? 'is-a-directory' : 'not-a-file',
      status.isDirectory() ? `${file} is a directory.` : `${file} is not a regular file.`,
      there ? `Did you mean ${inside}?` : 'Use the path of a markdown file.',
    );
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw usageError(
        'no-such-file',
        `The file ${file} does not exist.`,
        'Check the path, or create an AUTODOCK.md with "runbook init".',
      );
    }
    throw usageError(
      'unreadable-file',
      `${file} cannot be read (${code}).`,
      'Check its permissions and those of the folders above it.',
    );
  }
}

async function readBounded(path: string, file: string): Promise<Buffer> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw usageError('unreadable-file', `${file} cannot be read (${error.code}).`, 'Check its permissions.');
  });
  try {
    const { size } = await handle.stat();
    // One byte over the limit is enough for decodeSource to reject it, so a huge file is not read completely.
    if (size <= LARGEST_DOCUMENT) return await handle.readFile();
    const start = Buffer.alloc(LARGEST_DOCUMENT + 1);
    await handle.read(start, 0, start.length, 0);
    return start;
  } finally {
    await handle.close();
  }
}

/**
 * Writes edits of a document's text; those of a site into the document that each is from.
 * @throws RunbookError 3 as `writeDocument`, and if text between the two documents would change
 */
export async function writeEdits(document: OpenedDocument, edits: readonly Edit[]): Promise<void> {
  const { source, site } = document;
  if (!site || !isComposed(source)) return await writeDocument(document, splice(source.text, edits));
  const layers = layersOf(document);
  const own = edits.map((edit) => source.originOf(edit));
  for (const layer of layers) {
    const theirs = own.flatMap((each) => (each?.source === layer.source ? [each.edit] : []));
    if (theirs.length > 0) await writeDocument(layer, splice(layer.source.text, theirs));
  }
  if (own.every((each) => layers.some((layer) => layer.source === each?.source))) return;
  const remedy = `Edit ${site.own.file} or ${site.base.file} by hand.`;
  throw person(
    'merged-text',
    'A value from both documents of a site cannot be written.',
    remedy,
    document.file,
  );
}

/**
 * Replaces a document atomically, following symlinks and keeping its permissions.
 * @throws RunbookError 3 if it changed since it was read, so that a concurrent edit is never lost
 */
export async function writeDocument(document: OpenedDocument, text: string): Promise<void> {
  const { path, file } = document;
  await refuseEdited(document);
  await removeLeftDrafts(path);
  try {
    const { mode, uid, gid } = await stat(path);
    await replaceFile(path, text, {
      mode,
      draft: draftOf(path),
      settle: async (draft) => {
        // Only root can change the owner; otherwise the file is ours, as with any editor.
        await draft.chown(uid, gid).catch(() => {});
        await draft.chmod(mode & 0o7777);
      },
      // Checks again, because writing a large draft to disk takes time.
      ready: () => refuseEdited(document),
    });
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw person(
      'unwritable-document',
      `${file} could not be written (${code}); it is unchanged.`,
      'Check the permissions and free space of its folder.',
      file,
    );
  }
}

async function refuseEdited({ path, file, source }: OpenedDocument): Promise<void> {
  if ((await readFile(path, 'utf8')) === source.text) return;
  throw person(
    'changed-meanwhile',
    `${file} was edited while the command ran; nothing was written.`,
    'Run the same command again.',
    file,
  );
}

function person(code: string, message: string, remedy: string, file: string): RunbookError {
  return runbookError({ code, message, remedy, place: { file, line: 1, column: 1 } }, EXIT.person);
}
