/** Starts a draft of a file, prints its path, and never finishes. */
import { writeFileSync, writeSync } from 'node:fs';
import { draftOf } from '../../../src/journal/draft.ts';

const draft = draftOf(JSON.parse(process.argv[2] ?? '').path);
writeFileSync(draft, 'half a docu');
writeSync(1, `${draft}\n`);
process.stdin.resume();
setInterval(() => {}, 60_000);
