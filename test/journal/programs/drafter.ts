/** Writes a draft of a file, says where, and never comes to its end. */
import { writeFileSync, writeSync } from 'node:fs';
import { draftOf } from '../../../src/journal/draft.ts';

const draft = draftOf(JSON.parse(process.argv[2] ?? '').path);
writeFileSync(draft, 'half a docu');
writeSync(1, `${draft}\n`);
process.stdin.resume();
setInterval(() => {}, 60_000);
