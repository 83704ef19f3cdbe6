// A fresh process for one measurement of the markdown room: [folder of the bundles, file, what]. Prints JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, file, what] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const bytes = readFileSync(file);
const begun = performance.now();
const { decodeSource, parseRunbook, readChapters, readEntries, scanBlocks, splice } = require(
  join(folder, 'markdown.cjs'),
);
const importMs = performance.now() - begun;
const source = () => decodeSource(bytes, file).source;

const work = {
  /** Sections, steps and their places. */
  structure() {
    const read = source();
    const chapters = readChapters(read, scanBlocks(read, 0), true);
    return chapters.flatMap((chapter) => readEntries(read, chapter)).length;
  },
  /** All: attributes, checks, ids, diagnostics. */
  parse: () => parseRunbook(source()).steps.length,
};

const ms = what === 'splice' ? splicing() : what === 'parse-warm' ? warm() : timed(work[what] ?? work.parse);
process.stdout.write(JSON.stringify({ importMs, ms, bytes: bytes.length }));

function timed(run) {
  const from = performance.now();
  if (!run()) throw new Error(`${file} has no steps`);
  return performance.now() - from;
}

/** The second time of two: what the just-in-time compiler needs is paid once, whatever the size. */
function warm() {
  timed(work.parse);
  return timed(work.parse);
}

/** Not the first in its life, since that would time the loading of one page of code. */
function splicing() {
  const { text } = source();
  const at = text.length >> 1;
  const edit = () => splice(text, [{ span: { start: at, end: at + 100 }, text: 'a new step\n' }]);
  edit();
  return timed(() => Buffer.from(edit()).length);
}
