import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { environment } from './process.mjs';
import { inRoom } from './rooms.mjs';
import { inTurn } from './rounds.mjs';
import { runbook, STEPS } from './work.mjs';

/** Document sizes as multiples of a thousand steps (116 kB): to 1 MB and 10 MB. */
const GROWN = { '1 MB': 9, '10 MB': 90 };

/** What the markdown room costs alone: in a fresh process, grown to 10 MB, and writing back. */
export async function text({ root, rounds }) {
  return inRoom({}, async ({ folder }) => {
    await bundle(root, folder);
    const sizes = {
      '100 kB': STEPS,
      ...Object.fromEntries(Object.entries(GROWN).map(([name, times]) => [name, STEPS * times])),
    };
    for (const [name, steps] of Object.entries(sizes)) writeFileSync(join(folder, name), runbook(steps));
    const probe = (work, size) => () =>
      JSON.parse(
        execFileSync(
          process.execPath,
          [`${import.meta.dirname}/text-probe.mjs`, folder, join(folder, size), work],
          {
            env: environment(),
            encoding: 'utf8',
          },
        ),
      );
    const ran = await inTurn(
      {
        structure: probe('structure', '100 kB'),
        parse: probe('parse', '100 kB'),
        splice: probe('splice', '1 MB'),
        ...Object.fromEntries(Object.keys(sizes).map((size) => [size, probe('parse-warm', size)])),
      },
      Math.min(rounds, 7),
    );
    const cold = (what, samples) => samples.map((each) => each[what]);
    const file = `${STEPS.toLocaleString('en')}-step file`;
    const perByte = (size) => ran[size].map((each) => each.ms / each.bytes);
    return [
      { what: `structure of the ${file}, cold`, limit: 10, absolute: true, ours: cold('ms', ran.structure) },
      { what: `the whole ${file} parsed, cold`, absolute: true, ours: cold('ms', ran.parse) },
      { what: 'loading the parser, cold', absolute: true, ours: cold('importMs', ran.parse) },
      { what: `the whole ${file} parsed, warm`, absolute: true, ours: cold('ms', ran['100 kB']) },
      ...Object.keys(GROWN).map((size) => ({
        what: `time per byte at ${size}`,
        against: 'at 100 kB (linear: at most 2)',
        limit: size === '10 MB' ? 2 : undefined,
        unit: 'ns',
        ours: perByte(size).map((each) => each * 1e6),
        theirs: perByte('100 kB').map((each) => each * 1e6),
      })),
      { what: 'one edit spliced into 1 MB', limit: 5, absolute: true, ours: cold('ms', ran.splice) },
    ];
  });
}

/** Only the markdown room, as one script. */
async function bundle(root, folder) {
  const room = (file) => JSON.stringify(join(root, 'src', 'markdown', file));
  const contents = [
    `export { decodeSource } from ${room('source.ts')};`,
    `export { parseRunbook } from ${room('parse.ts')};`,
    `export { scanBlocks } from ${room('commonmark/scan.ts')};`,
    `export { readChapters, readEntries } from ${room('sections.ts')};`,
    `export { splice } from ${room('record/splice.ts')};`,
  ];
  await build({
    bundle: true,
    loader: { '.sh': 'text' },
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    stdin: { contents: contents.join('\n'), resolveDir: root },
    outfile: join(folder, 'markdown.cjs'),
  });
}
